import { z } from "zod";
import type { Finding } from "../domain/finding.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import type { ConfigTree } from "./config-tree.ts";
import { readYaml, type YamlFile } from "./read-yaml.ts";
import { rememberParsed } from "./remember-parsed.ts";
import { schemaFindings } from "./schema-findings.ts";
import { fleetSchema, hubployFleetSchema } from "./schemas/fleet-schema.ts";
import { hubSchema } from "./schemas/hub-schema.ts";
import { hubploySchema } from "./schemas/hubploy-schema.ts";
import { pinsSchema } from "./schemas/pins-schema.ts";
import { secretsSchema, valuesSchema } from "./schemas/values-schema.ts";

/** Every kind of file in a fleet of our own layout with its schema; `.schema/<kind>.schema.json` is made of it for editors. */
export const SCHEMAS = {
  campanile: fleetSchema,
  hub: hubSchema,
  pins: pinsSchema,
  values: valuesSchema,
  secrets: secretsSchema,
} as const;

export type OwnFileKind = keyof typeof SCHEMAS;

const ALL_SCHEMAS = { ...SCHEMAS, hubploy: hubploySchema, "campanile-hubploy": hubployFleetSchema } as const;

export type FileKind = keyof typeof ALL_SCHEMAS;

export const FILE_KINDS: readonly FileKind[] = Object.keys(ALL_SCHEMAS).filter((kind): kind is FileKind =>
  Object.hasOwn(ALL_SCHEMAS, kind),
);

export interface TypedFile<Content> {
  yaml: YamlFile;
  /** The file's value as it is written. */
  raw: JsonObject;
  /** Checked by its schema, defaults filled in. */
  content: Content;
  bytes: Buffer;
}

export interface ReadFile<Content> {
  file: TypedFile<Content> | undefined;
  findings: Finding[];
}

const jsonSchemas = new Map<FileKind, Json>();

/** The schema of a kind of file for editors, JSON Schema draft 7, which they all read. */
export function jsonSchemaOf(kind: FileKind): Json {
  const known = jsonSchemas.get(kind);
  if (known !== undefined) return known;
  const made = z.json().parse(JSON.parse(JSON.stringify(z.toJSONSchema(ALL_SCHEMAS[kind], { io: "input", target: "draft-7" }))));
  jsonSchemas.set(kind, made);
  return made;
}

/** Reads one file of a known kind: YAML first, then its schema. */
export async function readFile<Kind extends FileKind>(
  tree: ConfigTree,
  path: string,
  kind: Kind,
): Promise<ReadFile<z.output<(typeof ALL_SCHEMAS)[Kind]>>> {
  return rememberParsed(tree, path, kind, (bytes) => parseFile(path, kind, bytes));
}

/** The same for a file whose bytes are at hand. */
export function parseFile<Kind extends FileKind>(
  path: string,
  kind: Kind,
  bytes: Buffer,
): ReadFile<z.output<(typeof ALL_SCHEMAS)[Kind]>> {
  const { yaml, findings } = readYaml(path, bytes, { mayQuote: kind !== "secrets" });
  if (!yaml) return { file: undefined, findings };
  // Helm reads a values file with nothing but comments as an empty map.
  const value = yaml.value === null && kind === "values" ? {} : yaml.value;
  const checked = ALL_SCHEMAS[kind].safeParse(value);
  if (!checked.success) {
    const faults = schemaFindings(
      { ...yaml, value },
      checked.error.issues,
      jsonSchemaOf(kind),
      kind !== "secrets" && kind !== "values",
    );
    return { file: undefined, findings: [...findings, ...faults] };
  }
  if (!isJsonObject(value)) throw new Error(`the schema of ${kind} files lets something through that is not a map`);
  // zod cannot tie the schema's type to the kind that chose it.
  const content = checked.data as z.output<(typeof ALL_SCHEMAS)[Kind]>;
  return { file: { yaml, raw: value, content, bytes }, findings };
}
