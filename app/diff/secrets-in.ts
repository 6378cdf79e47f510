import type { JsonObject } from "../domain/json.ts";
import { describeObject } from "../domain/manifest.ts";
import { flattenObject, isNamedLikeASecret } from "./flatten-object.ts";

/** A value that may not be told, and what stands in its place. */
export interface LiveSecret {
  value: string;
  where: string;
}

/**
 * The secrets of an object of the cluster. Of a document inside a Secret, such as all values of a hub, only what is named like a secret:
 * the rest is in git, where everybody reads it.
 */
export function secretsIn(object: JsonObject): LiveSecret[] {
  if (object.kind !== "Secret") return [];
  const { metadata } = object;
  const text = (key: string) =>
    typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? String(metadata[key]) : "";
  const name = describeObject({ apiVersion: "v1", kind: "Secret", namespace: text("namespace"), name: text("name") });
  return [...flattenObject(object, { kinds: {}, types: {} }, "live").values()]
    .filter(({ secret, path }) => secret && (/^(data|metadata)\./.test(path) || isNamedLikeASecret(path)))
    .map(({ path, text: value }) => ({ value, where: `${name}, ${path}` }));
}
