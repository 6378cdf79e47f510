import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { describeObject, type Manifest, objectKey } from "../domain/manifest.ts";
import type { Rendered } from "./render-release.ts";

/** Stands on both sides of a diff where a chart makes up a value, so that it is never a change. */
const GENERATED = "<made up by the chart at each render>";

/** Compares two renders of the same inputs and puts one placeholder wherever they differ. */
export function hideGenerated(first: readonly Manifest[], second: readonly Manifest[]): Rendered {
  const others = new Map(second.map((manifest) => [objectKey(manifest.id), manifest]));
  const paths: string[] = [];
  const manifests = first.map((manifest) => {
    const other = others.get(objectKey(manifest.id));
    if (!other) return manifest;
    const name = describeObject(manifest.id);
    const object = hideDifferences(manifest.object, other.object, (path) => paths.push(`${name} ${path.join(".")}`), []);
    return { ...manifest, object: isJsonObject(object) ? object : manifest.object };
  });
  return { manifests, notDeterministic: paths.sort() };
}

function hideDifferences(one: Json, other: Json, note: (path: string[]) => void, path: string[]): Json {
  if (isJsonObject(one) && isJsonObject(other)) {
    const hidden: JsonObject = {};
    for (const [key, value] of Object.entries(one))
      hidden[key] = hideDifferences(value, other[key] ?? null, note, [...path, key]);
    return hidden;
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.map((item, index) => hideDifferences(item, other[index] ?? null, note, [...path, String(index)]));
  }
  if (JSON.stringify(one) === JSON.stringify(other)) return one;
  note(path);
  return GENERATED;
}
