import { isJsonObject, type Json } from "./json.ts";

/** Keys and list positions from the top. */
export type ValuePath = readonly (string | number)[];

/** Follows a path through parsed YAML; undefined when it leads nowhere. */
export function valueAt(value: Json, path: ValuePath): Json | undefined {
  return path.reduce<Json | undefined>((inner, part) => {
    if (Array.isArray(inner)) return inner[Number(part)];
    return isJsonObject(inner) && Object.hasOwn(inner, part) ? inner[part] : undefined;
  }, value);
}

export function hasValueAt(value: Json, path: ValuePath): boolean {
  return valueAt(value, path) !== undefined;
}
