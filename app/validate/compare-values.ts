import stringify from "safe-stable-stringify";
import type { JsonObject } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import { isOpaque } from "./opaque.ts";

/** Two sides of what is compared: what the files say, and what the chart gets. */
interface Side {
  values: JsonObject;
  effective: JsonObject;
}

/**
 * Whether a change of the files changes what is at a path. A default of the chart that is only written down, a secret, and a
 * default that moves with the chart are no such change.
 */
export function isChanged(before: Side, after: Side, path: ValuePath): boolean {
  const same = (one: JsonObject, other: JsonObject) => stringify(valueAt(one, path)) === stringify(valueAt(other, path));
  if (isOpaque(valueAt(before.values, path)) || isOpaque(valueAt(after.values, path))) return false;
  return !same(before.values, after.values) && !same(before.effective, after.effective);
}
