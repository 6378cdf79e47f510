import type { CoreV1Event, V1DaemonSet, V1Deployment, V1Job, V1Pod, V1ReplicaSet, V1StatefulSet } from "@kubernetes/client-node";
import type { Explanation } from "../domain/errors.ts";
import { jobFailed, judgeDeployment, judgeHookJob } from "./judge-controller.ts";
import { judgePod } from "./judge-pod.ts";

/** What the API server holds in the release's namespace at one moment. */
export interface WorkloadSnapshot {
  deployments: readonly V1Deployment[];
  statefulSets: readonly V1StatefulSet[];
  daemonSets: readonly V1DaemonSet[];
  replicaSets: readonly V1ReplicaSet[];
  jobs: readonly V1Job[];
  pods: readonly V1Pod[];
  events: readonly CoreV1Event[];
}

/** Waiting may still end well; failed will not end well without somebody's change. */
export type Verdict = { kind: "ready" } | { kind: "waiting"; on: string[] } | { kind: "failed"; explanation: Explanation };

/** One object that makes pods, with what it wants and the pods of its newest template only. */
interface Workload {
  name: string;
  /** What is missing until it is rolled out; undefined when it is. */
  missing: string | undefined;
  /** What its own controller gave up on, apart from any pod. */
  failure?: Explanation | undefined;
  pods: readonly V1Pod[];
}

/**
 * Judges a release by its workloads, as `kubectl rollout status` does, and by the reasons of their pods, which tell a lost cause
 * long before any time-out. Pods of an older template are not looked at: a rollout often starts because they were failing.
 * @param releaseName Helm writes it on every object of the release; others in the namespace belong to somebody else
 * @see kstatus, "The Status Property": generation, replicas and availability per kind
 */
export function judgeWorkloads(snapshot: WorkloadSnapshot, releaseName: string, now: Date): Verdict {
  const isOurs = (object: V1Deployment | V1StatefulSet | V1DaemonSet | V1Job) =>
    object.metadata?.annotations?.[RELEASE_NAME] === releaseName;
  const workloads = [
    ...snapshot.deployments.filter(isOurs).map((deployment) => deploymentWorkload(deployment, snapshot, now)),
    ...snapshot.statefulSets.filter(isOurs).map((statefulSet) => statefulSetWorkload(statefulSet, snapshot)),
    ...snapshot.daemonSets.filter(isOurs).map((daemonSet) => daemonSetWorkload(daemonSet, snapshot)),
    ...snapshot.jobs.filter(isOurs).map((job) => jobWorkload(job, snapshot)),
  ];
  // A pod's reason says more than its controller's.
  const failure = [
    ...workloads.flatMap((workload) => workload.pods.map((pod) => judgePod(pod, snapshot.events, now))),
    ...workloads.map((workload) => workload.failure),
  ].find((explanation) => explanation !== undefined);
  if (failure) return { kind: "failed", explanation: failure };
  const on = workloads.map((workload) => workload.missing).filter((missing) => missing !== undefined);
  return on.length === 0 ? { kind: "ready" } : { kind: "waiting", on };
}

/**
 * Judges the hooks that Helm is waiting for, but only whether they are lost: Helm itself sees when they are done.
 * @param since hooks of an earlier upgrade may still lie about
 */
export function judgeHooks(snapshot: WorkloadSnapshot, since: Date, now: Date): Verdict {
  const isHook = (object: V1Job | V1DaemonSet) =>
    object.metadata?.annotations?.["helm.sh/hook"] !== undefined && createdAt(object, now) >= since;
  const podsOf = (hook: V1Job | V1DaemonSet) => snapshot.pods.filter((pod) => isOwnedBy(pod, hook.metadata?.uid));
  const jobs = snapshot.jobs.filter(isHook);
  const pods = [...jobs, ...snapshot.daemonSets.filter(isHook)].flatMap(podsOf);
  const failure = [
    ...pods.map((pod) => judgePod(pod, snapshot.events, now)),
    ...jobs.map((job) => judgeHookJob(job, podsOf(job))),
  ].find((explanation) => explanation !== undefined);
  return failure ? { kind: "failed", explanation: failure } : { kind: "waiting", on: ["Helm's hooks"] };
}

/** A watch gives text where a list gives a Date, whatever the type says. */
function createdAt({ metadata }: V1Job | V1DaemonSet, now: Date): Date {
  return new Date(metadata?.creationTimestamp ?? now);
}

/** @see Helm, "Release ownership": how Helm knows its own objects */
const RELEASE_NAME = "meta.helm.sh/release-name";

function deploymentWorkload(deployment: V1Deployment, snapshot: WorkloadSnapshot, now: Date): Workload {
  const name = `Deployment ${deployment.metadata?.name ?? ""}`;
  const wanted = deployment.spec?.replicas ?? 1;
  const status = deployment.status;
  const isSeen = (status?.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0);
  const done =
    isSeen &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.replicas ?? 0) <= Math.max(wanted, status?.updatedReplicas ?? 0) &&
    (status?.availableReplicas ?? 0) >= wanted;
  const revision = deployment.metadata?.annotations?.[REVISION];
  const newest = snapshot.replicaSets
    .filter((set) => isOwnedBy(set, deployment.metadata?.uid) && set.metadata?.annotations?.[REVISION] === revision)
    .map((set) => set.metadata?.uid);
  const pods = isSeen ? snapshot.pods.filter((pod) => newest.some((uid) => isOwnedBy(pod, uid))) : [];
  return {
    name,
    missing: done ? undefined : `${name}: ${status?.availableReplicas ?? 0} of ${wanted} pods available`,
    pods,
    failure: isSeen && !done ? judgeDeployment(deployment, now) : undefined,
  };
}

const REVISION = "deployment.kubernetes.io/revision";

function statefulSetWorkload(statefulSet: V1StatefulSet, snapshot: WorkloadSnapshot): Workload {
  const name = `StatefulSet ${statefulSet.metadata?.name ?? ""}`;
  const wanted = statefulSet.spec?.replicas ?? 1;
  const status = statefulSet.status;
  const isSeen = (status?.observedGeneration ?? 0) >= (statefulSet.metadata?.generation ?? 0);
  const done = isSeen && status?.currentRevision === status?.updateRevision && (status?.readyReplicas ?? 0) >= wanted;
  const pods = snapshot.pods.filter(
    (pod) =>
      isOwnedBy(pod, statefulSet.metadata?.uid) && pod.metadata?.labels?.["controller-revision-hash"] === status?.updateRevision,
  );
  return { name, missing: done ? undefined : `${name}: ${status?.readyReplicas ?? 0} of ${wanted} pods ready`, pods };
}

function daemonSetWorkload(daemonSet: V1DaemonSet, snapshot: WorkloadSnapshot): Workload {
  const name = `DaemonSet ${daemonSet.metadata?.name ?? ""}`;
  const status = daemonSet.status;
  const wanted = status?.desiredNumberScheduled ?? 0;
  const isSeen = (status?.observedGeneration ?? 0) >= (daemonSet.metadata?.generation ?? 0);
  // The object's own generation moves with every change of its spec, the template's with those that make new pods.
  const templateGeneration = daemonSet.metadata?.annotations?.["deprecated.daemonset.template.generation"];
  const done = isSeen && (status?.updatedNumberScheduled ?? 0) >= wanted && (status?.numberAvailable ?? 0) >= wanted;
  const pods = snapshot.pods.filter(
    (pod) => isOwnedBy(pod, daemonSet.metadata?.uid) && pod.metadata?.labels?.["pod-template-generation"] === templateGeneration,
  );
  return { name, missing: done ? undefined : `${name}: ${status?.numberAvailable ?? 0} of ${wanted} pods available`, pods };
}

function jobWorkload(job: V1Job, snapshot: WorkloadSnapshot): Workload {
  const name = `Job ${job.metadata?.name ?? ""}`;
  const conditionOf = (type: string) =>
    job.status?.conditions?.find((condition) => condition.type === type && condition.status === "True");
  const failed = conditionOf("Failed");
  return {
    name,
    missing: conditionOf("Complete") ? undefined : `${name} to complete`,
    failure: failed && jobFailed(name, failed.message ?? failed.reason),
    pods: snapshot.pods.filter((pod) => isOwnedBy(pod, job.metadata?.uid)),
  };
}

function isOwnedBy(object: V1Pod | V1ReplicaSet, uid: string | undefined): boolean {
  return uid !== undefined && (object.metadata?.ownerReferences?.some((owner) => owner.uid === uid) ?? false);
}
