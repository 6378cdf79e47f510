import { LRUCache } from "lru-cache";
import { parseDocument } from "yaml";
import { HELM_YAML } from "./helm-yaml.ts";
import { isJsonObject, type JsonObject } from "./json.ts";

const KEPT_CHARACTERS = 4_000_000;

const known = new LRUCache<string, { value: JsonObject | undefined }>({
  maxSize: KEPT_CHARACTERS,
  sizeCalculation: (_value, text) => text.length + 1,
});

/** A key at the start of a line begins a section: whatever belongs to the one before stands deeper, or begins otherwise. */
const SECTION = /^(?=[A-Za-z_][\w.-]*:(?:\s|$))/m;

/**
 * Reads a map section by section, each text once. Both sides of a release, and the releases of a fleet, have most of their values and
 * manifests in common, and to read YAML costs more than all that is done with it.
 * @returns undefined for what is no map, and where the sections mean something else on their own than together; what is returned is
 * shared, and never changed
 */
export function readSections(text: string): JsonObject | undefined {
  // Merged keys give way to those of other sections.
  if (/^<</m.test(text)) return undefined;
  const whole: JsonObject = {};
  for (const section of text.split(SECTION)) {
    const found = known.get(section) ?? { value: readSection(section) };
    known.set(section, found);
    if (!found.value) return undefined;
    for (const [key, value] of Object.entries(found.value))
      Object.defineProperty(whole, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return Object.keys(whole).length === 0 ? undefined : whole;
}

function readSection(text: string): JsonObject | undefined {
  try {
    const document = parseDocument(text, HELM_YAML);
    if (document.errors.length > 0) return undefined;
    // Comments before the first key are nothing.
    const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
    // The reader joins quoted texts character by character, and such a text takes thirty times its length for as long as it is kept.
    return isJsonObject(value) ? structuredClone(value) : undefined;
  } catch {
    return undefined;
  }
}
