import stringify from "safe-stable-stringify";
import type { Fleet, ImagePin } from "../domain/hub.ts";
import type { PlannedRelease, Release, RolloutPlan } from "../domain/release.ts";
import { releasesOf } from "./releases-of.ts";

/**
 * Which releases a change touches: those whose bundle has another digest at head than at base. Not by path, not by label.
 * @param base the fleet before the change; undefined when there was none
 * @param branch that the change is merged to: environments that follow another one stay as they are
 */
export function planRollout(base: Fleet | undefined, head: Fleet, helmVersion: string, branch?: string): RolloutPlan {
  const before = new Map((base ? releasesOf(base, helmVersion) : []).map((release) => [release.id, release]));
  const after = releasesOf(head, helmVersion);
  const kept = new Set(after.map(({ id }) => id));
  const removed = [...before.values()].filter(({ id }) => !kept.has(id));
  const touched: PlannedRelease[] = [
    ...after
      .map((release) => ({ base: before.get(release.id), head: release }))
      .filter(({ base: old, head: now }) => old?.bundleDigest !== now.bundleDigest)
      .map(planned),
    ...removed.map((release) => ({
      base: release,
      reasons: ["no longer in git"],
    })),
  ];
  return {
    baseSha: base?.sha ?? head.sha,
    headSha: head.sha,
    environments: head.environments.map((environment) => environment.name),
    releases: touched.filter((each) => isOnBranch(base ?? head, each, branch)),
    releasesInFleet: after.length,
  };
}

function isOnBranch({ environments }: Fleet, { base, head }: PlannedRelease, branch: string | undefined): boolean {
  const name = (head ?? base)?.environment;
  const own = environments.find((each) => each.name === name)?.branch;
  return branch === undefined || own === undefined || own === branch;
}

function planned({ base, head }: { base: Release | undefined; head: Release }): PlannedRelease {
  return base ? { base, head, reasons: reasonsFor(base, head) } : { head, reasons: ["new in the fleet"] };
}

/** Why a bundle has another digest, in words; the first that a reader should know comes first. */
export function reasonsFor(base: Release, head: Release): string[] {
  const reasons: string[] = [];
  reasons.push(...imageReasons(base.image, head.image));
  if (base.chart.digest !== head.chart.digest)
    reasons.push(`chart ${head.chart.chart} ${moves(base.chart.version, head.chart.version)}`);
  reasons.push(...layerReasons(base, head));
  if (base.cluster.kubernetesVersion !== head.cluster.kubernetesVersion)
    reasons.push(`Kubernetes ${moves(base.cluster.kubernetesVersion ?? "any", head.cluster.kubernetesVersion ?? "any")}`);
  if (base.namespace !== head.namespace) reasons.push(`namespace ${moves(base.namespace, head.namespace)}`);
  if (base.imageValuePath !== head.imageValuePath)
    reasons.push(`the image goes to ${head.imageValuePath}, not ${base.imageValuePath}`);
  if (reasons.length > 0) return reasons;
  // The same inputs, and yet another bundle: what is left is their order and the program that reads them.
  return [hasSameOrder(base, head) ? "another version of Helm renders it" : "its values files are read in another order"];
}

function imageReasons(base: ImagePin | undefined, head: ImagePin | undefined): string[] {
  if (stringify(base) === stringify(head)) return [];
  if (!base || !head) return [head ? `image ${shortName(head.name)} is new` : "the chart's own image is used again"];
  return [`image ${shortName(base.name)} ${moves(base.tag ?? "without tag", head.tag ?? "without tag")}`];
}

function hasSameOrder(base: Release, head: Release): boolean {
  const order = (release: Release) => release.valueLayers.map((layer) => layer.file).join("\n");
  return order(base) === order(head);
}

function layerReasons(base: Release, head: Release): string[] {
  const contentOf = (release: Release) =>
    new Map(release.valueLayers.map((layer) => [layer.file, layer.kind === "plain" ? stringify(layer.values) : layer.digest]));
  const [before, after] = [contentOf(base), contentOf(head)];
  const files = [...new Set([...before.keys(), ...after.keys()])];
  return files
    .filter((file) => before.get(file) !== after.get(file))
    .map((file) => (before.has(file) ? (after.has(file) ? `${file} changes` : `${file} is no longer read`) : `${file} is new`));
}

function moves(from: string, to: string): string {
  return from === to ? `${to} gets another digest` : `${from} → ${to}`;
}

function shortName(image: string): string {
  return image.slice(image.lastIndexOf("/") + 1);
}
