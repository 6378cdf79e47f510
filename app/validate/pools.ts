import type { NodePool } from "../domain/hub.ts";
import { isJsonObject, type Json } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import type { ReleaseView } from "./fleet-view.ts";
import { isOpaque } from "./opaque.ts";

/** Labels that say of which pool a node is: JupyterHub's own, and those of the clouds. */
const POOL_LABELS = [
  "hub.jupyter.org/pool-name",
  "cloud.google.com/gke-nodepool",
  "eks.amazonaws.com/nodegroup",
  "alpha.eksctl.io/nodegroup-name",
  "kubernetes.azure.com/agentpool",
  "agentpool",
];

export interface PoolUse {
  pool: string;
  path: ValuePath;
}

/** Every node selector in the values that asks for a pool. */
export function poolsAsked(value: Json, path: ValuePath = []): PoolUse[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => poolsAsked(item, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "nodeSelector" || key === "node_selector" ? poolIn(inner, [...path, key]) : poolsAsked(inner, [...path, key]),
  );
}

function poolIn(selector: Json, path: ValuePath): PoolUse[] {
  if (!isJsonObject(selector)) return [];
  return POOL_LABELS.flatMap((label) => {
    const pool = selector[label];
    return typeof pool === "string" && !isOpaque(pool) ? [{ pool, path: [...path, label] }] : [];
  });
}

/** The declared pool that pods with this selector go to; the only one of its purpose where the selector names none. */
export function poolFor(release: ReleaseView, selector: ValuePath, purpose: NodePool["purpose"]): NodePool | undefined {
  const pools = release.cluster?.pools;
  if (!pools) return undefined;
  const asked = poolIn(valueAt(release.effective, selector) ?? null, selector)[0]?.pool;
  if (asked !== undefined) return pools.find(({ name }) => name === asked);
  const fitting = pools.filter((pool) => pool.purpose === purpose);
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Amounts for people: whole or with one digit. */
export function describeBytes(bytes: number): string {
  const gib = bytes / 1024 ** 3;
  return `${gib >= 10 ? Math.round(gib) : Math.round(gib * 10) / 10} GiB`;
}
