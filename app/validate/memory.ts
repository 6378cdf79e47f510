import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";

/** JupyterHub's own units: powers of 1024, and no "Mi" or "Gi". Source: ByteSpecification in jupyterhub/traitlets.py. */
const UNIT_BYTES: Record<string, number> = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };
const BYTE_SPECIFICATION = /^(\d+(?:\.\d+)?)([KMGT])?$/;

/** @returns undefined for what JupyterHub would refuse */
export function parseMemoryBytes(value: Json): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const [, amount, unit] = BYTE_SPECIFICATION.exec(value) ?? [];
  return amount === undefined ? undefined : Number(amount) * (unit === undefined ? 1 : (UNIT_BYTES[unit] ?? 1));
}

/** A pair of guarantee and limit somewhere in the values, each with its path. */
export interface MemoryPair {
  guarantee: { path: ValuePath; value: Json | undefined };
  limit: { path: ValuePath; value: Json | undefined };
}

/** Every place where a server's memory is said: for all, by profile, and by group. */
export function memoryPairs(values: JsonObject): MemoryPair[] {
  const pair = (at: ValuePath, guarantee: string, limit: string): MemoryPair => ({
    guarantee: { path: [...at, guarantee], value: valueAt(values, [...at, guarantee]) },
    limit: { path: [...at, limit], value: valueAt(values, [...at, limit]) },
  });
  const profiles = valueAt(values, ["singleuser", "profileList"]);
  const groups = valueAt(values, ["custom", "group_profiles"]);
  return [
    pair(["singleuser", "memory"], "guarantee", "limit"),
    ...(Array.isArray(profiles) ? profiles : []).map((_, index) =>
      pair(["singleuser", "profileList", index, "kubespawner_override"], "mem_guarantee", "mem_limit"),
    ),
    ...Object.keys(isJsonObject(groups) ? groups : {}).map((group) =>
      pair(["custom", "group_profiles", group], "mem_guarantee", "mem_limit"),
    ),
  ];
}
