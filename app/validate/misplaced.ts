import { isJsonObject, type Json } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import type { ReleaseView } from "./fleet-view.ts";

/** A block that stands where nothing reads it. */
export interface Misplaced {
  /** From the top of the values. */
  path: ValuePath;
  /** Where it would be read, from the top. */
  belongs: ValuePath;
}

/** Blocks of JupyterHub's chart that people put one level off, by the key that each belongs below. */
const OF_JUPYTERHUB: Record<string, ValuePath> = {
  custom: ["custom"],
  group_profiles: ["custom", "group_profiles"],
  loadRoles: ["hub", "loadRoles"],
  profileList: ["singleuser", "profileList"],
};
const AROUND: readonly ValuePath[] = [[], ["hub"], ["hub", "config"], ["singleuser"], ["proxy"], ["custom"], ["scheduling"]];
/** What nobody but JupyterHub's chart calls so. */
const SURELY_JUPYTERHUB = ["singleuser", "group_profiles"];

export function misplacedBlocks(release: ReleaseView): Misplaced[] {
  const { values, whole } = release;
  const inside = AROUND.flatMap((around) =>
    Object.entries(OF_JUPYTERHUB).flatMap(([key, belongs]): Misplaced[] => {
      const path = [...around, key];
      if (!isBlock(valueAt(values, path)) || path.join(".") === belongs.join(".")) return [];
      // Below `custom` everything is the fleet's own.
      if (around[0] === "custom" && key !== "custom") return [];
      return [{ path: [...whole.prefix, ...path], belongs: [...whole.prefix, ...belongs] }];
    }),
  );
  return [...inside, ...outsideOfPrefix(release)];
}

/** Beside a wrapper's key for JupyterHub instead of below it. */
function outsideOfPrefix({ whole, chart, jupyterhub }: ReleaseView): Misplaced[] {
  if (whole.prefix.length === 0) return [];
  const known = jupyterhub ? [...Object.keys(jupyterhub.values), "group_profiles"] : SURELY_JUPYTERHUB;
  const wrapper = chart?.values ?? {};
  const others = chart?.subcharts.map(({ name }) => name) ?? [];
  return Object.entries(whole.values).flatMap(([key, value]): Misplaced[] => {
    if (!known.includes(key) || !isBlock(value) || Object.hasOwn(wrapper, key) || others.includes(key)) return [];
    if (key === "global" || key === whole.prefix[0]) return [];
    return [{ path: [key], belongs: [...whole.prefix, ...(OF_JUPYTERHUB[key] ?? [key])] }];
  });
}

/** An empty key left over does no harm. */
function isBlock(value: Json | undefined): boolean {
  return Array.isArray(value) ? value.length > 0 : isJsonObject(value) && Object.keys(value).length > 0;
}
