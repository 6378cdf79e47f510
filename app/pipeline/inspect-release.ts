import { isDeepStrictEqual } from "node:util";
import type { ClusterInspector } from "../adapters/kubernetes/inspect-cluster.ts";
import type { LookupSnapshot } from "../adapters/kubernetes/lookup-snapshot.ts";
import { asHelmApplies } from "../diff/as-helm-applies.ts";
import { diffDrift } from "../diff/diff-drift.ts";
import { diffEffect, leftOverIds, unchangedKeys } from "../diff/diff-effect.ts";
import type { DiffOptions, DiffSide } from "../diff/diff-release.ts";
import { whyItFitsNowhere } from "../diff/fits-nowhere.ts";
import { hubSelector, judgeImpact } from "../diff/judge-impact.ts";
import { findMigration } from "../diff/jupyterhub-version.ts";
import type { DryRun, DryRunAnswer } from "../diff/observed-release.ts";
import { type PodToTry, podsToTry } from "../diff/pods-to-try.ts";
import { hasRoomAfter } from "../diff/quota-room.ts";
import { readInventory } from "../diff/read-inventory.ts";
import { type LiveSecret, secretsIn } from "../diff/secrets-in.ts";
import { isJsonObject } from "../domain/json.ts";
import { type Manifest, objectKey } from "../domain/manifest.ts";
import type { Release } from "../domain/release.ts";
import type { ReleaseDiff, ReleaseDrift, ReleaseEffect, ReleaseImpact } from "../domain/release-diff.ts";

/** What looking at one release in its cluster needs from outside. */
export interface InspectPorts {
  inspector: Pick<
    ClusterInspector,
    "fetchLiveRelease" | "dryRun" | "dryRunPod" | "fetchLive" | "fetchNodes" | "fetchStartSeconds"
  >;
  /** Makes a value known, so that it is hidden from then on wherever it would be told. */
  addSecret(secret: LiveSecret): void;
}

export interface Inspected {
  effect: ReleaseEffect;
  /** Null when the release is not there yet, in git or in the cluster. */
  drift: ReleaseDrift | null;
  impact: ReleaseImpact;
}

/** Asks the API server what a rollout of head would do now, and what was changed behind base. Nothing is changed. */
export async function inspectRelease(
  { inspector, addSecret }: InspectPorts,
  { base, head }: { base: Release | undefined; head: Release },
  { discovery }: LookupSnapshot,
  { before, after }: { before: DiffSide; after: DiffSide },
  intent: ReleaseDiff,
  options: DiffOptions,
): Promise<Inspected> {
  const { id, namespace } = head;
  const ordinary = after.manifests.filter(({ hook }) => hook === undefined).map((manifest) => asHelmApplies(manifest, head));
  const [liveRelease, dryRuns] = await Promise.all([
    inspector.fetchLiveRelease(namespace, id),
    inspector.dryRun(ordinary, discovery),
  ]);
  const inventory = liveRelease
    ? readInventory(liveRelease.manifest, namespace, (apiVersion, kind) => discovery.findKind(apiVersion, kind)?.isNamespaced)
    : new Map<string, Manifest>();
  const leftOver = await inspector.fetchLive(leftOverIds(inventory, after.manifests), discovery);
  const live = new Map(leftOver);
  for (const run of dryRuns) if (run.live) live.set(objectKey(run.id), run.live);
  for (const secret of [...live.values()].flatMap(secretsIn)) addSecret(secret);

  const { fieldTypes, fingerprintKey } = options;
  const shared = { inventory, fieldTypes, fingerprintKey };
  const drift =
    base && liveRelease
      ? diffDrift({
          ...shared,
          base: before,
          baseBundleDigest: base.bundleDigest,
          liveRelease,
          live,
          settled: settledKeys(before, after, dryRuns),
        })
      : null;
  const input = { ...shared, release: head, head: after, dryRuns, leftOver };
  const foreseen = diffEffect({ ...input, podAnswers: new Map() });
  const pods = podsToTry(dryRuns, foreseen, intent);
  const podAnswers = await Promise.all(pods.map(async (pod) => [pod.workload, await tryPod(inspector, pod)] as const));
  const effect = pods.length === 0 ? foreseen : diffEffect({ ...input, podAnswers: new Map(podAnswers) });
  const impact = await findImpact(inspector, head, { before, after }, intent, effect, pods, liveRelease !== undefined);
  return { effect, drift, impact };
}

function settledKeys(before: DiffSide, after: DiffSide, dryRuns: readonly DryRun[]): Set<string> {
  const old = new Map(before.manifests.map(({ id, object }) => [objectKey(id), object]));
  const unchanged = unchangedKeys(dryRuns);
  const keys = after.manifests
    .filter(({ id, object }) => isDeepStrictEqual(old.get(objectKey(id)), object))
    .map(({ id }) => objectKey(id));
  return new Set(keys.filter((key) => unchanged.has(key)));
}

async function findImpact(
  inspector: InspectPorts["inspector"],
  { namespace, students }: Release,
  { before, after }: { before: DiffSide; after: DiffSide },
  intent: ReleaseDiff,
  effect: ReleaseEffect,
  pods: readonly PodToTry[],
  isRunning: boolean,
): Promise<ReleaseImpact> {
  const judged = judgeImpact(intent, effect, [...before.manifests, ...after.manifests]);
  // Where nothing runs yet there is nobody to notice.
  const impactClass = isRunning || judged === "impossible" ? judged : "nothing";
  const selector = hubSelector(after.manifests);
  const isWaiting = selector !== undefined && (impactClass === "hub-restarts" || impactClass === "proxy-restarts");
  const [nodes, startSeconds] = await Promise.all([
    pods.length === 0 ? [] : inspector.fetchNodes(),
    isWaiting ? inspector.fetchStartSeconds(namespace, selector) : undefined,
  ]);
  const migration = findMigration(before.manifests, after.manifests);
  return {
    class: impactClass,
    ...(startSeconds === undefined ? {} : { loginsWaitSeconds: startSeconds }),
    ...(students === undefined ? {} : { students }),
    ...(migration ? { migration } : {}),
    fitNowhere: pods.flatMap(({ workloadId, pod }) => {
      // A DaemonSet has a pod on each node that wants one, be it none.
      const why = workloadId.kind === "DaemonSet" || !isJsonObject(pod.spec) ? undefined : whyItFitsNowhere(pod.spec, nodes);
      return why === undefined ? [] : [{ id: workloadId, why }];
    }),
  };
}

async function tryPod(inspector: InspectPorts["inspector"], { namespace, pod, replaced }: PodToTry): Promise<DryRunAnswer> {
  const answer = await inspector.dryRunPod(namespace, pod);
  if (answer.kind !== "refused") return answer;
  const refusals = answer.refusals.filter(
    ({ reason, message }) => !(reason === "quota" && replaced && hasRoomAfter(message, replaced)),
  );
  return { ...answer, refusals };
}
