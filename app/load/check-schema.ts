import { distance } from "fastest-levenshtein";
import { z } from "zod";
import type { Finding } from "../domain/finding.ts";
import type { YamlFile } from "./read-yaml.ts";

export type Checked<T> = { value: T | undefined; findings: Finding[] };

/** Checks one of our own files against its schema; every fault is a finding on its line. */
export function checkSchema<Schema extends z.ZodType>(schema: Schema, yaml: YamlFile): Checked<z.infer<Schema>> {
  const parsed = schema.safeParse(yaml.value);
  if (parsed.success) return { value: parsed.data, findings: [] };
  return { value: undefined, findings: parsed.error.issues.flatMap((issue) => findingsOf(issue, schema, yaml)) };
}

function findingsOf(issue: z.core.$ZodIssue, schema: z.ZodType, yaml: YamlFile): Finding[] {
  const path = issue.path;
  const where = path.length === 0 ? yaml.file : `"${path.join(".")}"`;
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => unknownKey(key, known, yaml, [...path, key]));
  }
  const isMissing = issue.code === "invalid_type" && issue.input === undefined && !has(yaml.value, path);
  if (isMissing) {
    return [
      {
        code: "missing-key",
        severity: "block",
        what: `${yaml.file} has no ${where}.`,
        why: "Campanile cannot plan this hub without it.",
        fix: `Add ${where}: ${describe(schema, path)}`,
        at: yaml.placeOf(path),
      },
    ];
  }
  const message = issue.message.replace(/^Invalid input: /, "").replace(/\.$/, "");
  return [
    {
      code: "invalid-value",
      severity: "block",
      what: `${where} in ${yaml.file} cannot be used: it ${message.startsWith("m") ? message : `must be right: ${message}`}.`,
      why: describe(schema, path),
      fix: `Correct ${where}.`,
      at: yaml.placeOf(path),
    },
  ];
}

function unknownKey(key: string, known: readonly string[], yaml: YamlFile, path: readonly PropertyKey[]): Finding {
  const near = known
    .filter((name) => distance(name.toLowerCase(), key.toLowerCase()) <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => distance(a, key) - distance(b, key))[0];
  return {
    code: "unknown-key",
    severity: "block",
    what: `"${path.join(".")}" in ${yaml.file} is not a key that Campanile knows.`,
    why: "It would have no effect, and whoever wrote it expects one.",
    fix: near === undefined ? `Remove it, or use one of: ${known.join(", ")}.` : `Did you mean "${near}"?`,
    at: yaml.placeOf(path),
  };
}

function has(value: unknown, path: readonly PropertyKey[]): boolean {
  let current = value;
  for (const part of path) {
    if (typeof current !== "object" || current === null || !(part in current)) return false;
    current = (current as Record<PropertyKey, unknown>)[part];
  }
  return true;
}

/** Walks the schema as the path walks the value. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let current: unknown = schema;
  for (const part of path) {
    current = unwrap(current);
    if (current instanceof z.ZodObject) current = current.shape[String(part)];
    else if (current instanceof z.ZodRecord) current = current.valueType;
    else if (current instanceof z.ZodArray) current = current.element;
    else return undefined;
  }
  return current instanceof z.ZodType ? current : undefined;
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? unwrap(schema.unwrap()) : schema;
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const at = unwrap(schemaAt(schema, path));
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function describe(schema: z.ZodType, path: readonly PropertyKey[]): string {
  const description = schemaAt(schema, path)?.description;
  return description === undefined ? "It is not of the form that Campanile reads." : `${description}.`;
}
