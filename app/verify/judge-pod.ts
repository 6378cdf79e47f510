import type { CoreV1Event, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { Explanation } from "../domain/errors.ts";
import { describeEnding, oneLine, secondsSince } from "./kubernetes-words.ts";

/** A scheduler that finds no node may be waiting for one to be started; a cluster's autoscaler says so within seconds. */
const UNSCHEDULABLE_PATIENCE_SECONDS = 20;
/** A volume may be late by an attach; a Secret or ConfigMap that is missing stays missing. */
const MOUNT_PATIENCE_SECONDS = 20;
/** Registries have bad moments; the kubelet tries again after 10 s and then 20 s. */
const PULL_PATIENCE_SECONDS = 90;

/** The registry has answered, and asking again will not change the answer. */
const FINAL_PULL_ANSWERS =
  /not found|manifest unknown|no match for platform|unauthorized|authentication required|denied|forbidden|invalid reference format|does not exist/i;

/**
 * Why a pod will not come up by itself, in words for the person who merged the change.
 * @returns undefined while it may still come up, or has
 * @see Kubernetes, "Debug Pods": reasons of waiting containers
 */
export function judgePod(pod: V1Pod, events: readonly CoreV1Event[], now: Date): Explanation | undefined {
  if (pod.metadata?.deletionTimestamp !== undefined) return undefined;
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const container of containers) {
    const explanation = judgeContainer(pod, container, now);
    if (explanation) return explanation;
  }
  return judgeScheduling(pod, events, now) ?? judgeMounts(pod, events, now);
}

function judgeContainer(pod: V1Pod, container: V1ContainerStatus, now: Date): Explanation | undefined {
  const waiting = container.state?.waiting;
  const where = `container ${container.name} of pod ${pod.metadata?.name ?? ""}`;
  switch (waiting?.reason) {
    case "ErrImagePull":
    case "ImagePullBackOff": {
      const isFinal = FINAL_PULL_ANSWERS.test(waiting.message ?? "");
      return isFinal || ageSeconds(pod, now) > PULL_PATIENCE_SECONDS ? imagePull(where, container, waiting.message) : undefined;
    }
    case "InvalidImageName":
    case "ErrImageNeverPull":
      return imagePull(where, container, waiting.message);
    case "CrashLoopBackOff":
      return crashLoop(where, container);
    case "CreateContainerConfigError":
    case "CreateContainerError":
    case "RunContainerError":
      return {
        code: "container-not-created",
        what: `The ${where} could not be started.`,
        why: `Kubernetes says: ${oneLine(waiting.message ?? waiting.reason)}.`,
        fix: "Often a Secret, a ConfigMap or a key in it has another name than the values say. Correct the values in a new pull request.",
      };
    default:
      return undefined;
  }
}

function imagePull(where: string, container: V1ContainerStatus, message: string | undefined): Explanation {
  return {
    code: "image-pull",
    what: `The image ${container.image} cannot be pulled, so the ${where} does not start.`,
    // The answer repeats the long name several times.
    why: `The registry's answer: ${oneLine((message ?? "none was recorded").replaceAll(container.image, "…"))}.`,
    fix: "Check that this tag and digest were really pushed, and that the cluster may read the repository. Then merge a pull request with the right pin.",
  };
}

function crashLoop(where: string, container: V1ContainerStatus): Explanation {
  const last = container.lastState?.terminated;
  const ending = last ? `It ended with ${describeEnding(last)}` : "It ends right after it starts";
  return {
    code: "crash-loop",
    what: `The ${where} crashes again and again.`,
    why: `${ending}, ${container.restartCount} restarts so far.`,
    fix:
      last?.reason === "OOMKilled"
        ? "Give the container more memory in the values."
        : "Read its log (kubectl logs --previous); for the hub it is most often the Python in hub.extraConfig. Correct it in a new pull request.",
  };
}

function judgeScheduling(pod: V1Pod, events: readonly CoreV1Event[], now: Date): Explanation | undefined {
  const condition = pod.status?.conditions?.find(
    (each) => each.type === "PodScheduled" && each.status === "False" && each.reason === "Unschedulable",
  );
  if (!condition || secondsSince(condition.lastTransitionTime, now) < UNSCHEDULABLE_PATIENCE_SECONDS) return undefined;
  const isScalingUp = events.some(
    (event) => event.involvedObject.uid === pod.metadata?.uid && event.reason === "TriggeredScaleUp",
  );
  if (isScalingUp) return undefined;
  return {
    code: "unschedulable",
    what: `No node can take pod ${pod.metadata?.name ?? ""}.`,
    why: `The scheduler says: ${oneLine(withoutPreemption(condition.message ?? "nothing more"))}.`,
    fix: "Check node selectors, tolerations and requests in the values against the node pools that the cluster really has.",
  };
}

/** The second half of the scheduler's answer says of each node that throwing other pods out would not help either. */
function withoutPreemption(message: string): string {
  return message.replace(/\.\s*(?:no new claims to deallocate, )?preemption: .*$/s, "");
}

function judgeMounts(pod: V1Pod, events: readonly CoreV1Event[], now: Date): Explanation | undefined {
  if (pod.status?.phase !== "Pending" || ageSeconds(pod, now) < MOUNT_PATIENCE_SECONDS) return undefined;
  const own = events.filter((event) => event.involvedObject.uid === pod.metadata?.uid);
  const failing = own.find((event) => event.reason === "FailedMount" || event.reason === "FailedAttachVolume");
  // All volumes are there before the first image is pulled: an event that got over it stays for an hour.
  const isPast = hasBegun(pod) || own.some((event) => AFTER_MOUNT.has(event.reason ?? ""));
  if (!failing || isPast) return undefined;
  return {
    code: "volume-mount",
    what: `A volume of pod ${pod.metadata?.name ?? ""} cannot be mounted.`,
    why: `Kubernetes says: ${oneLine(failing.message ?? failing.reason ?? "nothing more")}.`,
    fix: "Check that the Secret, ConfigMap, claim or file share that the values name exists in this namespace.",
  };
}

const AFTER_MOUNT = new Set(["Pulling", "Pulled", "BackOff", "Created", "Started"]);

function hasBegun({ status }: V1Pod): boolean {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return containers.some(({ state }) => state?.running !== undefined || state?.terminated !== undefined);
}

function ageSeconds(pod: V1Pod, now: Date): number {
  return secondsSince(pod.metadata?.creationTimestamp, now);
}
