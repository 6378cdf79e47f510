import { isJsonObject, type Json } from "./json.ts";

/** Keys and list positions from the top. */
export type ValuePath = readonly (string | number)[];

/** Follows a path through parsed YAML; undefined when it leads nowhere. */
export function valueAt(value: Json, path: ValuePath): Json | undefined {
  let inner: Json | undefined = value;
  for (const part of path) {
    if (Array.isArray(inner)) inner = inner[Number(part)];
    else inner = isJsonObject(inner) && Object.hasOwn(inner, part) ? inner[part] : undefined;
  }
  return inner;
}

export function hasValueAt(value: Json, path: ValuePath): boolean {
  return valueAt(value, path) !== undefined;
}
