import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { type Manifest, type ObjectId, objectKey } from "../domain/manifest.ts";
import type { ImpactClass, ReleaseDiff, ReleaseEffect } from "../domain/release-diff.ts";
import { valueAt } from "../domain/value-at.ts";

/** Their loss is felt by everybody at once, and what comes in their place does not have what they had. */
const KINDS_TO_LOSE = new Set(["PersistentVolumeClaim", "Service", "Ingress", "HTTPRoute"]);
const WORKLOADS = new Set(["Deployment", "StatefulSet", "DaemonSet"]);
/** What is read at the start of a server, or binds it from then on. */
const READ_BY_SERVERS = new Set([
  "ConfigMap",
  "Secret",
  "NetworkPolicy",
  "ServiceAccount",
  "Role",
  "RoleBinding",
  "PriorityClass",
]);

/** JupyterHub's own words for its parts, as charts write them on what they make. */
type Part = "hub" | "proxy" | "other";

/**
 * What people notice of a rollout, worst first: impossible; something is taken away or made anew; the proxy restarts and every open
 * notebook reconnects; the hub restarts and logins wait; servers started from then on are other ones; nothing.
 * @param effect null where no cluster was asked: then by what git changes alone
 */
export function judgeImpact(intent: ReleaseDiff, effect: ReleaseEffect | null, manifests: readonly Manifest[]): ImpactClass {
  const part = partsOf(manifests);
  if (effect && effect.refusals.length > 0) return "impossible";
  const gone = effect
    ? effect.objects.filter(({ change }) => change === "deleted").map(({ id }) => id)
    : intent.objects.filter(({ change }) => change === "deleted").map(({ id }) => id);
  if (gone.some((id) => KINDS_TO_LOSE.has(id.kind) || (WORKLOADS.has(id.kind) && part(id) !== "other"))) return "recreated";
  const restarted = new Set(podsReplaced(intent, effect).map(part));
  if (restarted.has("proxy")) return "proxy-restarts";
  if (restarted.has("hub")) return "hub-restarts";
  const touched = [...intent.objects, ...(effect?.objects ?? [])].map(({ id }) => id.kind);
  return touched.some((kind) => READ_BY_SERVERS.has(kind)) ? "next-servers" : "nothing";
}

/** Workloads that are there and get other pods: by the cluster's word, or because git changes what only a secret decides there. */
function podsReplaced(intent: ReleaseDiff, effect: ReleaseEffect | null): ObjectId[] {
  const created = new Set(effect?.objects.filter(({ change }) => change === "created").map(({ id }) => objectKey(id)));
  const byGit = intent.objects.filter(
    ({ id, change, fields, hook }) =>
      hook === undefined &&
      WORKLOADS.has(id.kind) &&
      change === "changed" &&
      fields.some(({ path }) => path.startsWith("spec.template.")),
  );
  const byCluster = effect?.objects.filter(({ replacesPods }) => replacesPods) ?? [];
  const replaced = [...byGit, ...byCluster].filter(({ id }) => !created.has(objectKey(id)));
  return [...new Map(replaced.map(({ id }) => [objectKey(id), id])).values()];
}

function partsOf(manifests: readonly Manifest[]): (id: ObjectId) => Part {
  const known = new Map(manifests.map(({ id, object }) => [objectKey(id), partOf(object)]));
  return (id) => known.get(objectKey(id)) ?? "other";
}

function partOf(object: JsonObject): Part {
  const labels = valueAt(object, ["metadata", "labels"]);
  if (!isJsonObject(labels)) return "other";
  const component = labels["app.kubernetes.io/component"] ?? labels.component;
  // `autohttps` ends TLS in front of the proxy: without it nobody gets in either.
  return component === "hub" ? "hub" : component === "proxy" || component === "autohttps" ? "proxy" : "other";
}

/** What tells the hub's pods from others', to see how long its last start took. */
export function hubSelector(manifests: readonly Manifest[]): Record<string, string> | undefined {
  const hub = manifests.find(({ id, object }) => id.kind === "Deployment" && partOf(object) === "hub");
  const labels = hub && valueAt(hub.object, ["spec", "selector", "matchLabels"]);
  return isJsonObject(labels)
    ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
    : undefined;
}
