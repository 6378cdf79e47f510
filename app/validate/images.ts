import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import { isOpaque } from "./opaque.ts";

/** One image that the values name, as a map of name and tag or as one text. */
export interface ImageUse {
  /** Of the map or the text. */
  path: ValuePath;
  /** Where the tag stands, for a person to look at. */
  tagPath: ValuePath;
  name: Json | undefined;
  tag: Json | undefined;
  /** Written as one text: `registry.example/user:1.2`. */
  isReference: boolean;
}

/** Python, files and what a fleet made up for itself: an `image` there may be a picture. */
const NOT_OF_A_CHART = new Set(["extraConfig", "extraFiles", "custom", "templateVars"]);

/** Every image in the values, wherever a chart or Kubernetes would look for one. */
export function imagesIn(value: Json, path: ValuePath = []): ImageUse[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => imagesIn(item, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, key];
    if (NOT_OF_A_CHART.has(key)) return [];
    return [...(/^image$|Image$/.test(key) ? imageOf(inner, at) : []), ...imagesIn(inner, at)];
  });
}

function imageOf(value: Json, path: ValuePath): ImageUse[] {
  if (isJsonObject(value)) {
    if (!("tag" in value) && !("name" in value)) return [];
    if (isOpaque(value.name) || isOpaque(value.tag)) return [];
    return [{ path, tagPath: [...path, "tag"], name: value.name, tag: value.tag, isReference: false }];
  }
  if (typeof value !== "string" || isOpaque(value) || value === "" || value.includes("{")) return [];
  const { name, tag, digest } = splitReference(value);
  return [{ path, tagPath: path, name, tag: tag ?? digest, isReference: true }];
}

/** The first colon after the last slash begins the tag: one before it belongs to the registry's port. */
export function splitReference(reference: string): { name: string; tag?: string; digest?: string } {
  const [named = "", digest] = reference.split("@");
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  return {
    name: colon < 0 ? named : named.slice(0, colon),
    ...(colon < 0 ? {} : { tag: named.slice(colon + 1) }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Stand-ins that somebody meant to fill in. */
export const PLACEHOLDER = /^(<.*>|\{\{.*\}\}|placeholder.*|change-?me|todo|tbd|fixme|xxx+|set-by-.*|replace-?me)$/i;
/** Tags that their publishers move. */
export const MOVING = /^(latest|main|master|edge|stable|nightly|dev|develop|devel|staging|prod|production|test)$/i;

/** The image of a chart's default at the same place, as `name` and `tag`. */
export function defaultImage(defaults: JsonObject, path: ValuePath): { name: string; tag: string } | undefined {
  const found = valueAt(defaults, path);
  if (!isJsonObject(found) || typeof found.name !== "string" || typeof found.tag !== "string") return undefined;
  return { name: found.name, tag: found.tag };
}
