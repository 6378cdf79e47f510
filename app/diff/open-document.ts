import { parseDocument } from "yaml";
import { HELM_YAML } from "../domain/helm-yaml.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { readSections } from "../domain/read-sections.ts";

/**
 * Opens YAML and JSON that is kept as a text. Only what is named as a document is opened: a password may well parse as YAML.
 * @returns undefined for what cannot be opened; what is returned is shared, and never changed
 */
export function openDocument(name: string, text: Json): JsonObject | undefined {
  if (typeof text !== "string" || !/\.(ya?ml|json)$/.test(name)) return undefined;
  return readSections(text) ?? readWhole(text);
}

function readWhole(text: string): JsonObject | undefined {
  try {
    const document = parseDocument(text, HELM_YAML);
    const value: unknown = document.errors.length === 0 ? document.toJS({ maxAliasCount: 100 }) : undefined;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
