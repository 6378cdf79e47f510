import type { V1Deployment, V1Job, V1Pod } from "@kubernetes/client-node";
import type { Explanation } from "../domain/errors.ts";
import { describeEnding, oneLine, secondsSince } from "./kubernetes-words.ts";

/** A quota or an admission rule may change its mind while old pods go away. */
const CREATE_PATIENCE_SECONDS = 20;

/**
 * What Kubernetes itself gave up on while no pod is there to say why.
 * @see Kubernetes, "Deployment status": a failed Deployment
 */
export function judgeDeployment({ metadata, status }: V1Deployment, now: Date): Explanation | undefined {
  const name = metadata?.name ?? "";
  const refusal = status?.conditions?.find((condition) => condition.type === "ReplicaFailure" && condition.status === "True");
  if (refusal && secondsSince(refusal.lastTransitionTime, now) >= CREATE_PATIENCE_SECONDS) {
    return {
      code: "pods-refused",
      what: `The cluster lets no pod of Deployment ${name} be made.`,
      why: `Kubernetes says: ${oneLine(refusal.message ?? "nothing more")}.`,
      fix: "Correct what the values ask for, or have whoever runs the cluster raise the quota or change the rule that refuses it.",
    };
  }
  const deadline = status?.conditions?.find((condition) => condition.reason === "ProgressDeadlineExceeded");
  if (!deadline) return undefined;
  return {
    code: "progress-deadline",
    what: `Deployment ${name} made no progress until its deadline.`,
    why: `Kubernetes says: ${oneLine(deadline.message ?? "nothing more")}.`,
    fix: `Look at its pods with "kubectl describe" and "kubectl logs"; often a readiness probe never answers. Correct the values in a new pull request.`,
  };
}

export function jobFailed(name: string, message: string | undefined): Explanation {
  return {
    code: "job-failed",
    what: `${name} failed.`,
    why: `Kubernetes says: ${oneLine(message ?? "nothing more")}.`,
    fix: "Read the log of its pods (kubectl logs). Correct the values in a new pull request.",
  };
}

/**
 * A Job that fails is tried again after 10 s, 20 s, 40 s ..., six times if nobody says otherwise: ten minutes in which Helm waits.
 * Twice may be bad luck, such as a database that is not up yet.
 */
const HOOK_FAILURES = 3;

/** @param pods those of the Job */
export function judgeHookJob({ metadata, status }: V1Job, pods: readonly V1Pod[]): Explanation | undefined {
  const failures = status?.failed ?? 0;
  if (failures < HOOK_FAILURES) return undefined;
  const endings = pods.flatMap((pod) =>
    [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].flatMap(({ name, state }) =>
      state?.terminated && state.terminated.exitCode !== 0
        ? [`Its container ${name} ended with ${describeEnding(state.terminated)}`]
        : [],
    ),
  );
  return {
    code: "hook-failed",
    what: `The hook ${metadata?.name ?? ""}, which Helm runs before the release is changed, failed ${failures} times.`,
    why: `${endings.at(-1) ?? "Its pods left no reason"}.`,
    fix: `Read its log (kubectl logs job/${metadata?.name ?? ""}). Correct what it needs in a new pull request.`,
  };
}
