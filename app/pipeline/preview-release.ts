import { randomBytes } from "node:crypto";
import type { ClusterInspector } from "../adapters/kubernetes/inspect-cluster.ts";
import { type DiffSide, diffRelease } from "../diff/diff-release.ts";
import { judgeImpact } from "../diff/judge-impact.ts";
import { isDoubtful, isMadeAsBefore } from "../diff/may-be-chance.ts";
import type { LiveSecret } from "../diff/secrets-in.ts";
import { type ImageLayers, weighPull } from "../diff/weigh-pull.ts";
import { ConfigError, explanationOf } from "../domain/errors.ts";
import type { FieldTypes } from "../domain/field-types.ts";
import type { ImagePin } from "../domain/hub.ts";
import type { Manifest } from "../domain/manifest.ts";
import { type PlannedRelease, type Release, releaseOf } from "../domain/release.ts";
import type { ImagePull } from "../domain/release-diff.ts";
import type { LoadedFleet } from "../load/load-fleet.ts";
import { findCauses } from "../plan/find-causes.ts";
import type { Lookups, RendersReleases } from "../render/render-release.ts";
import type { PreviewRelease } from "../report/preview-result.ts";
import { inspectRelease } from "./inspect-release.ts";

/** What the preview of one release needs from outside. */
export interface ReleasePreviewPorts {
  renders: RendersReleases;
  /**
   * What the templates of the release see as their cluster: base and head the same.
   * @param isFork then no cluster is asked, and a state of it that was kept from before is used, or none
   */
  openLookups(release: Release, isFork: boolean): Promise<Lookups>;
  keepLookups(release: Release, lookups: Lookups): Promise<void>;
  /** What the cluster says of the fields of these kinds; without a cluster, what one said when this was written. */
  fetchFieldTypes(release: Release, lookups: Lookups, manifests: readonly Manifest[]): Promise<FieldTypes>;
  inspectorFor(release: Release): ClusterInspector;
  /** What an image's registry tells anybody; answers in a few seconds, whatever the registry does. */
  fetchImageLayers(image: ImagePin): Promise<ImageLayers>;
  addSecret(secret: LiveSecret): void;
}

/** Random for each process: fingerprints of secret values are comparable within one comment and nowhere else. */
const fingerprintKey = randomBytes(32);

/**
 * What a merge means for one release, in layers: what git changes, and what the cluster says to it.
 * The cluster was asked several times when it does not answer; then that is the answer, and the other releases have theirs.
 */
export async function previewRelease(
  ports: ReleasePreviewPorts,
  planned: PlannedRelease,
  { isFork, placeOfValue }: { isFork: boolean; placeOfValue: LoadedFleet["placeOfValue"] },
): Promise<PreviewRelease> {
  const { id, hub, hubTitle, environment } = releaseOf(planned);
  const { base, head } = planned;
  const causes = base && head ? findCauses(base, head, (path) => placeOfValue(hub, environment, path)) : [];
  const about = { releaseId: id, hub, hubTitle, environment, reasons: planned.reasons, causes };
  const nothing = { diff: null, effect: null, drift: null, impact: null, basis: "none", couldNot: null } as const;
  if (!head) return { ...about, ...nothing };
  try {
    const [found, pull] = await Promise.all([lookAt(ports, base, head, isFork), findPull(ports, base?.image, head.image)]);
    return { ...about, ...nothing, ...found, impact: found.impact && { ...found.impact, ...(pull ? { pull } : {}) } };
  } catch (error) {
    const couldNot = explanationOf(error);
    if (!couldNot) throw error;
    return { ...about, ...nothing, couldNot };
  }
}

/** @returns undefined where the image stays, or is not pinned by its digest */
async function findPull(
  { fetchImageLayers }: ReleasePreviewPorts,
  before: ImagePin | undefined,
  after: ImagePin | undefined,
): Promise<ImagePull | undefined> {
  if (after?.digest === undefined || after.digest === before?.digest) return undefined;
  const [old, now] = await Promise.all([before && fetchImageLayers(before), fetchImageLayers(after)]);
  return weighPull(old, now);
}

async function lookAt(
  ports: ReleasePreviewPorts,
  asked: Release | undefined,
  head: Release,
  isFork: boolean,
): Promise<Pick<PreviewRelease, "diff" | "effect" | "drift" | "impact" | "basis" | "isBaseBroken">> {
  const lookups = await ports.openLookups(head, isFork);
  const { base, ...sides } = await renderBoth(ports, asked, head, lookups);
  const broken = asked && !base ? { isBaseBroken: true } : {};
  const fieldTypes = await ports.fetchFieldTypes(head, lookups, [...sides.before.manifests, ...sides.after.manifests]);
  const options = { releaseId: head.id, hub: head.hub, environment: head.environment, fieldTypes, fingerprintKey };
  const { before, after } = isDoubtful(sides.before, sides.after, fieldTypes)
    ? await lookAgain(ports, { base, head }, lookups, sides, fieldTypes)
    : sides;
  const diff = diffRelease(before, after, options);
  if (lookups === "none" || lookups.source === "recorded") {
    const impact = { class: judgeImpact(diff, null, [...before.manifests, ...after.manifests]), fitNowhere: [] };
    return { ...broken, diff, effect: null, drift: null, impact, basis: lookups === "none" ? "none" : "recorded" };
  }
  const inspect = { inspector: ports.inspectorFor(head), addSecret: ports.addSecret };
  const inspected = await inspectRelease(inspect, { base, head }, lookups, { before, after }, diff, options);
  return { ...broken, diff, ...inspected, basis: "live" };
}

interface Sides {
  before: DiffSide;
  after: DiffSide;
}

/** @returns no `base` where it cannot be rendered: then there is nothing to compare head with but itself */
async function renderBoth(
  { renders, keepLookups }: ReleasePreviewPorts,
  base: Release | undefined,
  head: Release,
  lookups: Lookups,
): Promise<Sides & { base: Release | undefined }> {
  const [before, after] = await Promise.all([
    base ? renderIfPossible(renders, base, lookups) : NOTHING,
    renders.renderRelease(head, lookups),
  ]);
  await keepLookups(head, lookups);
  return { before: before ?? after, after, base: before && base };
}

const NOTHING: DiffSide = { manifests: [], reached: {} };

/** Faults of the base must not stand in the way of the pull request that mends them. */
async function renderIfPossible(renders: RendersReleases, base: Release, lookups: Lookups): Promise<DiffSide | undefined> {
  try {
    return await renders.renderRelease(base, lookups);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** A difference that chance may have made is judged by one more render of each side, or of base alone where that says enough. */
async function lookAgain(
  { renders }: ReleasePreviewPorts,
  { base, head }: { base: Release | undefined; head: Release },
  lookups: Lookups,
  { before, after }: Sides,
  fieldTypes: FieldTypes,
): Promise<Sides> {
  const old = base ? await renders.findMadeUp(base, lookups) : {};
  const isSameChart = base?.chart.digest === head.chart.digest;
  const isProved = isSameChart && Object.keys(old).length === 0 && isMadeAsBefore(before, after, fieldTypes);
  const now = isProved ? {} : await renders.findMadeUp(head, lookups);
  return { before: { ...before, madeUp: old }, after: { ...after, madeUp: now } };
}
