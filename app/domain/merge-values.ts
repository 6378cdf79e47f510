import type { ImagePin } from "./hub.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/**
 * Same as `helm -f first -f second`: maps merge, lists are replaced whole, the later layer wins. A null stays, because Helm
 * takes it to remove the chart's own default.
 */
export function mergeValues(layers: readonly JsonObject[]): JsonObject {
  return layers.reduce((merged, layer) => mergeTwo(merged, layer), {});
}

function mergeTwo(under: JsonObject, over: JsonObject): JsonObject {
  const merged: JsonObject = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(under, key) ? under[key] : undefined;
    const both: Json = isJsonObject(below) && isJsonObject(value) ? mergeTwo(below, value) : value;
    // Defined and not assigned, so that a key named __proto__ is a key like any other.
    Object.defineProperty(merged, key, { value: both, enumerable: true, writable: true, configurable: true });
  }
  return merged;
}

/**
 * The layer that puts the pinned image into the values. Charts join name and tag with a colon, so the digest rides on the tag:
 * `user-data8:2026.11.1@sha256:...` runs the digest, and the tag is for people.
 */
export function imageValues(image: ImagePin, valuePath: string): JsonObject {
  const leaf: JsonObject = { name: image.name, tag: `${image.tag}@${image.digest}` };
  return valuePath.split(".").reduceRight<JsonObject>((inner, key) => ({ [key]: inner }), leaf);
}
