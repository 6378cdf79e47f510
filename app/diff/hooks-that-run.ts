import type { JsonObject } from "../domain/json.ts";
import { type Manifest, objectKey } from "../domain/manifest.ts";
import type { HookRun } from "../domain/release-diff.ts";
import { valueAt } from "../domain/value-at.ts";

/** When Helm runs a hook in an upgrade, first to last. */
const MOMENTS = ["pre-upgrade", "post-upgrade"] as const;

/**
 * The hooks of an upgrade to head, in the order in which Helm creates them: by moment, weight, kind, name.
 * @see Helm, "Chart Hooks": weights first; of equal weight, by kind and then by name
 */
export function hooksThatRun(base: readonly Manifest[], head: readonly Manifest[]): HookRun[] {
  const before = new Set(base.map(({ id }) => objectKey(id)));
  const runs = head.flatMap((manifest) =>
    MOMENTS.filter((moment) => eventsOf(manifest).includes(moment)).map((moment) => ({
      id: manifest.id,
      moment,
      weight: weightOf(manifest.object),
      images: imagesOf(manifest.object),
      isEveryTime: before.has(objectKey(manifest.id)),
    })),
  );
  return runs.sort(
    (a, b) =>
      MOMENTS.indexOf(a.moment) - MOMENTS.indexOf(b.moment) ||
      a.weight - b.weight ||
      rankOf(a.id.kind) - rankOf(b.id.kind) ||
      a.id.name.localeCompare(b.id.name),
  );
}

/** Helm's order of installation, as far as hooks are made of it; what is not named comes last. */
const KINDS = [
  "NetworkPolicy",
  "ServiceAccount",
  "Secret",
  "ConfigMap",
  "PersistentVolumeClaim",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "Service",
  "DaemonSet",
  "Pod",
  "Deployment",
  "StatefulSet",
  "Job",
  "CronJob",
];

function rankOf(kind: string): number {
  const rank = KINDS.indexOf(kind);
  return rank === -1 ? KINDS.length : rank;
}

function eventsOf({ hook }: Manifest): string[] {
  return (hook ?? "").split(",").map((event) => event.trim());
}

function weightOf(object: JsonObject): number {
  const weight = Number(valueAt(object, ["metadata", "annotations", "helm.sh/hook-weight"]));
  return Number.isFinite(weight) ? weight : 0;
}

function imagesOf(object: JsonObject): string[] {
  const pod = valueAt(object, ["spec", "template", "spec"]) ?? object.spec ?? null;
  const containers = ["initContainers", "containers"].flatMap((key) => valueAt(pod, [key]) ?? []);
  const images = containers.flatMap((container) => valueAt(container, ["image"]) ?? []);
  return [...new Set(images.filter((image) => typeof image === "string"))];
}
