import type { Finding } from "../domain/finding.ts";
import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { mergeValues } from "../domain/merge-values.ts";
import { isPlaceholder } from "../domain/placeholder.ts";
import type { ValuePath } from "../domain/value-at.ts";
import type { Layer } from "./load-layers.ts";
import { opaqueParts } from "./opaque-parts.ts";

/**
 * Finds encrypted texts that stand where layers below have a map. Nobody can say what comes out of such a text, and a template that
 * looks into the map would stop at a placeholder, so it is told, and renders go on with the map as it is below.
 * @param layers lowest first
 * @param defaults what stands below all of them
 */
export function markOpaqueMaps(layers: readonly Layer[], defaults: JsonObject = {}): { layers: Layer[]; findings: Finding[] } {
  const findings: Finding[] = [];
  let below = defaults;
  const marked = layers.map((each): Layer => {
    const { layer, yaml } = each;
    const replacesMaps = layer.kind === "encrypted" ? textsOverMaps(layer.shape, below, []) : [];
    below = mergeValues([below, layer.kind === "plain" ? layer.values : layer.shape]);
    if (layer.kind === "plain" || replacesMaps.length === 0) return each;
    findings.push(...opaqueParts(yaml, replacesMaps, "An encrypted text replaces a map of the files below it"));
    return { yaml, layer: { ...layer, replacesMaps } };
  });
  return { layers: marked, findings };
}

function textsOverMaps(shape: JsonObject, below: JsonObject, path: ValuePath): ValuePath[] {
  return Object.entries(shape).flatMap(([key, value]): ValuePath[] => {
    const lower = Object.hasOwn(below, key) ? below[key] : undefined;
    if (!isJsonObject(lower)) return [];
    if (isJsonObject(value)) return textsOverMaps(value, lower, [...path, key]);
    return value !== undefined && isPlaceholder(value) ? [[...path, key]] : [];
  });
}
