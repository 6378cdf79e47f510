import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type ObjectId, objectKey } from "../domain/manifest.ts";
import type { ReleaseDiff, ReleaseEffect } from "../domain/release-diff.ts";
import { valueAt } from "../domain/value-at.ts";
import type { DryRun } from "./observed-release.ts";

/** A pod as a workload would make it, to see whether it would be let in. */
export interface PodToTry {
  /** `objectKey` of its workload. */
  workload: string;
  workloadId: ObjectId;
  namespace: string;
  pod: JsonObject;
  /** The pod that goes before this one comes, if one does; it gives back its share of the quota. */
  replaced: JsonObject | undefined;
}

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"];

/**
 * Pods of the workloads that a rollout would start anew. A quota and Pod Security speak of pods only, so a Deployment whose pods nobody
 * will let in is taken without a word.
 */
export function podsToTry(dryRuns: readonly DryRun[], effect: ReleaseEffect, intent: ReleaseDiff): PodToTry[] {
  const moved = new Set([
    ...effect.objects.filter(({ replacesPods, change }) => replacesPods || change === "created").map(({ id }) => objectKey(id)),
    ...intent.objects
      .filter(({ fields }) => fields.some(({ path }) => path.startsWith("spec.template.")))
      .map(({ id }) => objectKey(id)),
  ]);
  const isNew = (kind: string, name: Json | undefined) =>
    dryRuns.some((run) => run.id.kind === kind && run.id.name === name && !run.live);
  return dryRuns.flatMap(({ id, live, answer }) => {
    if (answer.kind !== "applied" || !WORKLOADS.includes(id.kind) || !moved.has(objectKey(id)) || id.namespace === undefined)
      return [];
    const template = valueAt(answer.predicted, ["spec", "template"]);
    const spec = valueAt(answer.predicted, ["spec", "template", "spec"]);
    if (!isJsonObject(template) || !isJsonObject(spec)) return [];
    const metadata = isJsonObject(template.metadata) ? template.metadata : {};
    const { creationTimestamp: _never, ...meta } = metadata;
    const missing = [
      ...(isNew("ServiceAccount", spec.serviceAccountName) ? ["serviceAccountName", "serviceAccount"] : []),
      ...(isNew("PriorityClass", spec.priorityClassName) ? ["priorityClassName"] : []),
    ];
    // What the release brings along is not there yet, and the pod would be refused for want of it.
    const possible = Object.fromEntries(Object.entries(spec).filter(([key]) => !missing.includes(key)));
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { ...meta, generateName: `${id.name}-` }, spec: possible };
    return [
      {
        workload: objectKey(id),
        workloadId: id,
        namespace: id.namespace,
        pod,
        replaced: live && goesFirst(live) ? podOf(live) : undefined,
      },
    ];
  });
}

function podOf(workload: JsonObject): JsonObject | undefined {
  const spec = valueAt(workload, ["spec", "template", "spec"]);
  return isJsonObject(spec) ? spec : undefined;
}

/** Whether the old pod ends before the new one begins. */
function goesFirst(workload: JsonObject): boolean {
  if (workload.kind !== "Deployment") return true;
  const surge = valueAt(workload, ["spec", "strategy", "rollingUpdate", "maxSurge"]);
  return valueAt(workload, ["spec", "strategy", "type"]) === "Recreate" || surge === 0 || surge === "0%";
}
