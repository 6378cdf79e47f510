import type { ImagePin } from "./hub.ts";
import { isJsonObject, type JsonObject } from "./json.ts";

/**
 * Same as `helm -f first.yaml -f second.yaml ...`: maps merge, everything else is replaced whole. A null stays a null here;
 * Helm takes it as the wish to delete the chart's own default, so the merged values must be given to Helm with their nulls.
 * @param layers lowest first; none of them is changed
 */
export function mergeValues(layers: readonly JsonObject[]): JsonObject {
  return layers.reduce((merged, layer) => mergePair(merged, layer), {});
}

function mergePair(lower: JsonObject, upper: JsonObject): JsonObject {
  const merged = new Map(Object.entries(lower));
  for (const [key, value] of Object.entries(upper)) {
    const below = merged.get(key);
    merged.set(key, isJsonObject(value) && isJsonObject(below) ? mergePair(below, value) : value);
  }
  return Object.fromEntries(merged);
}

/**
 * The layer that puts the pinned image into the values. Charts print `name:tag`, so a tag that carries the digest makes the
 * digest what runs, while people still read the tag.
 * @param valuePath dotted, such as `jupyterhub.singleuser.image`
 */
export function imageValues(image: ImagePin | undefined, valuePath: string): JsonObject {
  if (!image) return {};
  const { name, tag, digest } = image;
  const leaf: JsonObject = {
    name,
    ...(tag === undefined ? {} : { tag: digest === undefined ? tag : `${tag}@${digest}` }),
  };
  return valuePath.split(".").reduceRight((inner, key) => ({ [key]: inner }), leaf);
}
