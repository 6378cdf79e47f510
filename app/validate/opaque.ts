import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { isPlaceholder, placeholderText } from "../domain/placeholder.ts";

/** Whether a value stands for something encrypted: rules must be silent about it, be it a text, a number or a whole map. */
export function isOpaque(value: Json | undefined): boolean {
  return value !== undefined && isPlaceholder(value);
}

/** The loader's placeholders have the right type for Helm; a rule must not take a made-up 0 or false for the real one. */
export function hideLeaves(shape: JsonObject, path: readonly (string | number)[] = []): JsonObject {
  return Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, hide(value, [...path, key])]));
}

function hide(value: Json, path: readonly (string | number)[]): Json {
  if (Array.isArray(value)) return value.map((item, index) => hide(item, [...path, index]));
  if (isJsonObject(value)) return hideLeaves(value, path);
  // sops leaves nulls and empty texts in clear.
  return value === null || value === "" ? value : placeholderText("first", path.join("."));
}
