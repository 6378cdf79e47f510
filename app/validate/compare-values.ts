import stringify from "safe-stable-stringify";
import type { JsonObject } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import { isOpaque } from "./opaque.ts";

/** Two sides of what is compared: what the files say, and what the chart gets. */
interface Side {
  values: JsonObject;
  effective: JsonObject;
}

/** `maybe`: only one side says it, and what the chart has there by default is not known. */
export type Changed = "no" | "maybe" | "yes";

/**
 * Whether a change of the files changes what is at a path. A default of the chart that is only written down, a secret, and a
 * default that moves with the chart are no such change.
 */
function compareAt(before: Side, after: Side, path: ValuePath, areDefaultsKnown: boolean): Changed {
  const same = (one: JsonObject, other: JsonObject) => stringify(valueAt(one, path)) === stringify(valueAt(other, path));
  const [old, now] = [valueAt(before.values, path), valueAt(after.values, path)];
  if (isOpaque(old) || isOpaque(now) || same(before.values, after.values) || same(before.effective, after.effective)) return "no";
  return areDefaultsKnown || (old !== undefined && now !== undefined) ? "yes" : "maybe";
}

/** The same for many paths, of which those that don't change are left out. */
export function changesAt(
  before: Side,
  after: Side,
  paths: readonly ValuePath[],
  areDefaultsKnown: boolean,
): { path: ValuePath; severity: "block" | "warn" }[] {
  return paths.flatMap((path) => {
    const changed = compareAt(before, after, path, areDefaultsKnown);
    return changed === "no" ? [] : [{ path, severity: changed === "yes" ? "block" : "warn" }];
  });
}
