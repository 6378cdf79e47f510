import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";

const entrySchema = z.object({
  manager: z.string().default("unknown"),
  operation: z.string().default(""),
  subresource: z.string().optional(),
  time: z.string().optional(),
  fieldsV1: z.record(z.string(), z.json()).default({}),
});
/** Who wrote which fields of an object last, as the API server keeps it. */
export type ManagedFields = z.output<typeof entrySchema>;

const objectSchema = z.object({ metadata: z.object({ managedFields: z.array(entrySchema).default([]) }) });

function managedFieldsOf(live: JsonObject): ManagedFields[] {
  const parsed = objectSchema.safeParse(live);
  return parsed.success ? parsed.data.metadata.managedFields : [];
}

/** The newest entry of a manager. */
export function managerOf(live: JsonObject, manager: string): ManagedFields | undefined {
  return managedFieldsOf(live)
    .filter((entry) => entry.manager === manager)
    .sort((a, b) => (b.time ?? "").localeCompare(a.time ?? ""))[0];
}

/** Keys and list items from the top, as a leaf is found by. */
type Parts = readonly (string | readonly [item: string])[];

const TOP_LEVEL = new Set(["apiVersion", "kind", "metadata", "data", "stringData", "binaryData", "type", "immutable", "spec"]);

/**
 * Who owns a value of an object. Of a document inside a Secret or ConfigMap only the whole has an owner.
 * @param leafKey as `flattenObject` gives it
 * @returns none where nobody does: the API server's defaults, or a field that somebody took away
 */
export function ownersOf(live: JsonObject, leafKey: string): ManagedFields[] {
  const parts: Parts = JSON.parse(leafKey);
  const [first] = parts;
  const isInDocument =
    typeof first === "string" && !TOP_LEVEL.has(first) && (live.kind === "Secret" || live.kind === "ConfigMap");
  const path: Parts = isInDocument ? ["data", first] : parts;
  return managedFieldsOf(live).filter(({ fieldsV1 }) => covers(fieldsV1, path));
}

/** @see Kubernetes, "FieldsV1": `f:` a field, `k:` an item by its merge keys, `v:` a value of a set; with nothing below it the whole is meant */
function covers(fields: Json | undefined, path: Parts): boolean {
  if (!isJsonObject(fields)) return false;
  const [part, ...rest] = path;
  if (part === undefined || Object.keys(fields).length === 0) return true;
  if (typeof part === "string") return covers(fields[`f:${part}`], rest);
  const item = Object.keys(fields).find((key) => isItem(key, part[0]));
  return item !== undefined && covers(fields[item], rest);
}

/** @param name `53/UDP`, or `53` where the other keys have their standard values */
function isItem(key: string, name: string): boolean {
  if (key.startsWith("v:")) return String(JSON.parse(key.slice(2))) === name;
  if (!key.startsWith("k:")) return false;
  const keys = Object.values(z.record(z.string(), z.json()).parse(JSON.parse(key.slice(2)))).map(String);
  return keys.join("/") === name || keys[0] === name;
}
