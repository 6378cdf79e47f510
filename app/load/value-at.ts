import { isJsonObject, type Json } from "../domain/json.ts";
import type { YamlPath } from "./read-yaml.ts";

/** Follows a path through parsed YAML; undefined when it leads nowhere. */
export function valueAt(value: Json, path: YamlPath): Json | undefined {
  return path.reduce<Json | undefined>((inner, part) => {
    if (Array.isArray(inner)) return inner[Number(part)];
    return isJsonObject(inner) && Object.hasOwn(inner, part) ? inner[part] : undefined;
  }, value);
}

export function hasValueAt(value: Json, path: YamlPath): boolean {
  return valueAt(value, path) !== undefined;
}
