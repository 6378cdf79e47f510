import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../domain/json.ts";
import { type Manifest, objectKey } from "../domain/manifest.ts";

/** By `objectKey`: the object as the other render has it; null where only one of the two has it. */
export type OtherObjects = Record<string, JsonObject | null>;

/** What two renders do not agree on. */
export function differingObjects(one: readonly Manifest[], other: readonly Manifest[]): OtherObjects {
  const others = new Map(other.map((manifest) => [objectKey(manifest.id), manifest.object]));
  const differing: OtherObjects = {};
  for (const { id, object } of one) {
    const key = objectKey(id);
    const partner = others.get(key);
    if (!partner) differing[key] = null;
    else if (!isDeepStrictEqual(object, partner)) differing[key] = partner;
    others.delete(key);
  }
  for (const key of others.keys()) differing[key] = null;
  return differing;
}
