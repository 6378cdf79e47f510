import { isJsonObject, type Json } from "../domain/json.ts";
import { describeObject, type Manifest, objectKey } from "../domain/manifest.ts";
import type { Rendered } from "./render-release.ts";

/** Stands on both sides of a diff where a chart makes up a value, so that it is never a change. */
const GENERATED = "<made up by the chart at each render>";

/**
 * Compares two renders of the same inputs and puts one placeholder wherever they differ.
 * An object that only one of them has is left out: its name is made up, and it would come and go in every diff.
 */
export function hideGenerated(first: readonly Manifest[], second: readonly Manifest[]): Rendered {
  const others = new Map(second.map((manifest) => [objectKey(manifest.id), manifest]));
  const paths = new Set<string>();
  const manifests = first.flatMap((manifest) => {
    const other = others.get(objectKey(manifest.id));
    if (!other) {
      const { kind, namespace } = manifest.id;
      paths.add(`${namespace === undefined ? kind : `${kind} ${namespace}`} metadata.name`);
      return [];
    }
    const name = describeObject(manifest.id);
    const object = hideDifferences(manifest.object, other.object, (path) => paths.add(`${name} ${path.join(".")}`), []);
    return [{ ...manifest, object: isJsonObject(object) ? object : manifest.object }];
  });
  return { manifests, notDeterministic: [...paths].sort() };
}

function hideDifferences(one: Json | undefined, other: Json | undefined, note: (path: string[]) => void, path: string[]): Json {
  if (isJsonObject(one) && isJsonObject(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return Object.fromEntries(keys.map((key) => [key, hideDifferences(own(one, key), own(other, key), note, [...path, key])]));
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.map((item, index) => hideDifferences(item, other[index], note, [...path, String(index)]));
  }
  if (one !== undefined && JSON.stringify(one) === JSON.stringify(other)) return one;
  note(path);
  return GENERATED;
}

function own(object: { [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
