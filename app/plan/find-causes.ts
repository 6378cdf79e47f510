import stringify from "safe-stable-stringify";
import type { FilePlace } from "../domain/finding.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { imageValues, mergeValues } from "../domain/merge-values.ts";
import type { Release } from "../domain/release.ts";
import type { ValuePath } from "../domain/value-at.ts";

/** A line that gives a release another value. */
export interface Cause {
  at: FilePlace;
  /** Dotted, such as `jupyterhub.cull.timeout`. */
  path: string;
}

/**
 * Where the values of a release were changed, so that a reader sees on the line itself what it does.
 * @param placeOf where head writes a value; a value that is gone has no line any more
 */
export function findCauses(base: Release, head: Release, placeOf: (path: ValuePath) => FilePlace | undefined): Cause[] {
  return changedPaths(valuesOf(base), valuesOf(head), []).flatMap((path) => {
    const at = placeOf(path);
    return at ? [{ at, path: path.join(".") }] : [];
  });
}

function valuesOf({ valueLayers, image, imageValuePath }: Release): JsonObject {
  const layers = valueLayers.map((layer) => (layer.kind === "plain" ? layer.values : layer.shape));
  return mergeValues([...layers, imageValues(image, imageValuePath)]);
}

function changedPaths(before: Json | undefined, after: Json, path: ValuePath): ValuePath[] {
  if (stringify(before) === stringify(after)) return [];
  if (isJsonObject(after))
    return Object.entries(after).flatMap(([key, value]) =>
      changedPaths(isJsonObject(before) ? before[key] : undefined, value, [...path, key]),
    );
  if (Array.isArray(after) && Array.isArray(before))
    return after.flatMap((item, index) => changedPaths(before[index], item, [...path, index]));
  return [path];
}
