import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { Json } from "../domain/json.ts";
import type { ValuePath } from "../domain/value-at.ts";

/** One thing in which values don't fit a chart's schema. */
export interface SchemaError {
  /** Below the values of the chart. */
  path: ValuePath;
  keyword: string;
  params: Record<string, unknown>;
  message: string;
}

/** Real schemas have 30 KB; a chart of the fleet's own is written by whoever writes the pull request. */
const SCHEMA_LIMIT_BYTES = 2 * 1024 * 1024;
const PATTERN_LIMIT = 300;
/** A repetition of something that repeats itself: on a hostile text it takes JavaScript for ever, where Helm's engine does not. */
const NESTED_REPETITION = /[*+}]\??\)[*+{]/;

const known = new WeakMap<object, ValidateFunction | null>();

/** @returns nothing for a schema that cannot be used: Helm says so itself when it renders */
export function schemaErrors(schema: Json | undefined, values: Json): SchemaError[] {
  const check = typeof schema === "object" && schema !== null ? compiled(schema) : null;
  if (!check || check(values)) return [];
  return (check.errors ?? []).map(toError);
}

function compiled(schema: object): ValidateFunction | null {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const made = compile(schema);
  known.set(schema, made);
  return made;
}

function compile(schema: object): ValidateFunction | null {
  if (JSON.stringify(schema).length > SCHEMA_LIMIT_BYTES) return null;
  // Formats and unknown keywords are ignored, as Helm does.
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, logger: false, code: { regExp: safeRegExp } });
  try {
    return ajv.compile(schema);
  } catch {
    return null;
  }
}

/** Patterns are in Go's dialect: what JavaScript cannot read, or should not try, is not judged. */
function safeRegExp(pattern: string, flags: string): { test(text: string): boolean } {
  try {
    if (pattern.length > PATTERN_LIMIT || NESTED_REPETITION.test(pattern)) return { test: () => true };
    return new RegExp(pattern, flags);
  } catch {
    return { test: () => true };
  }
}
safeRegExp.code = "safeRegExp";

function toError({ instancePath, keyword, params, message }: ErrorObject): SchemaError {
  const path = instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return { path, keyword, params, message: message ?? "does not fit" };
}
