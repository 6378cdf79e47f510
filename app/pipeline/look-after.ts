import { describeObject } from "../domain/manifest.ts";
import type { Release } from "../domain/release.ts";
import { previewRelease, type ReleasePreviewPorts } from "./preview-release.ts";

/**
 * What a preview would still change of a release that was just rolled out. Nothing is left to do, or previews foretell something else than
 * what rollouts do, which is a bug of ours; or somebody has changed the cluster since.
 * @returns objects and their fields, without any value; undefined where the cluster could not say
 */
export async function findLeftToDo(ports: ReleasePreviewPorts, release: Release): Promise<string[] | undefined> {
  const planned = { base: release, head: release, reasons: [] };
  const { effect } = await previewRelease(ports, planned, { isFork: false, placeOfValue: () => undefined });
  if (!effect || effect.couldNot.length > 0) return undefined;
  const changes = effect.objects.flatMap(({ id, change, fields, replacesPods }) => {
    const asked = fields.filter(({ byCluster }) => byCluster === undefined).map(({ path }) => path);
    if (change === "kept" || (change === "changed" && asked.length === 0 && !replacesPods)) return [];
    return [[describeObject(id), change, ...asked].join(" ")];
  });
  return [...changes, ...effect.refusals.map(({ id, reason }) => `${describeObject(id)} refused ${reason}`)];
}
