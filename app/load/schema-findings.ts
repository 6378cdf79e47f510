import type { z } from "zod";
import type { Finding } from "../domain/finding.ts";
import { isJsonObject, type Json } from "../domain/json.ts";
import { suggestName } from "../domain/suggest-name.ts";
import { valueAt } from "../domain/value-at.ts";
import { blame } from "./blame.ts";
import type { YamlFile, YamlPath } from "./read-yaml.ts";
import { isRuleName, RULES } from "./schemas/formats.ts";

type Words = Pick<Finding, "code" | "what" | "why" | "fix">;

/** What people call the types that zod expects. */
const TYPE_WORDS: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

/**
 * Everything a schema found wrong, as sentences for the author.
 * @param jsonSchema the same schema, to know which keys would have been right
 * @param mayQuote false for files whose values are secret
 */
export function schemaFindings(
  yaml: YamlFile,
  issues: readonly z.core.$ZodIssue[],
  jsonSchema: Json,
  mayQuote: boolean,
): Finding[] {
  return issues.flatMap((issue) => {
    const path = issue.path.filter((part) => typeof part !== "symbol");
    const tell = (at: YamlPath, words: Words): Finding => blame(yaml.placeOf(at), words);
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => tell([...path, key], unknownKey([...path, key], knownKeys(jsonSchema, path))));
    const value = valueAt(yaml.value, path);
    if (issue.code === "invalid_key")
      return [tell(path, invalidValue(issue.issues[0]?.message ?? "", `The name "${path.at(-1)}"`, path))];
    if (value === undefined) return [tell(path, missingKey(path, issue))];
    return [
      tell(path, issue.code === "invalid_type" ? wrongType(path, issue.expected, value) : invalid(issue, path, value, mayQuote)),
    ];
  });
}

function unknownKey(path: YamlPath, known: readonly string[]): Words {
  const key = String(path.at(-1));
  const meant = suggestName(key, known);
  return {
    code: "unknown-key",
    what: `"${path.join(".")}" is not a key that Campanile knows.`,
    why: "An unknown key would have no effect, which is seldom what its author meant.",
    fix: meant === undefined ? `Remove it. Keys known here: ${known.join(", ") || "none"}.` : `Did you mean "${meant}"?`,
  };
}

function missingKey(path: YamlPath, issue: z.core.$ZodIssue): Words {
  const expected = issue.code === "invalid_type" ? TYPE_WORDS[issue.expected] : undefined;
  return {
    code: "missing-key",
    what: `"${path.join(".")}" is missing.`,
    why: "Campanile cannot do without it, and has no default for it.",
    fix: `Add the key "${path.at(-1)}"${expected === undefined ? "" : ` with ${expected}`}.`,
  };
}

function wrongType(path: YamlPath, expected: string, value: Json): Words {
  const wanted = TYPE_WORDS[expected] ?? expected;
  const wantsQuotes = expected === "string" && (typeof value === "number" || typeof value === "boolean");
  return {
    code: "invalid-value",
    what: `${subject(path)} must be ${wanted}, but is ${describeType(value)}.`,
    why: wantsQuotes ? "Without quotes YAML does not read it as text." : "Campanile can read it in no other way.",
    fix: wantsQuotes ? "Put the value in quotes." : `Write ${wanted}.`,
  };
}

function invalid(issue: z.core.$ZodIssue, path: YamlPath, value: Json, mayQuote: boolean): Words {
  const shown =
    mayQuote && (typeof value === "string" || typeof value === "number") ? ` (${JSON.stringify(value).slice(0, 80)})` : "";
  if (issue.code !== "invalid_value") return invalidValue(issue.message, `${subject(path)}${shown}`, path);
  const allowed = issue.values.map(String);
  const meant = typeof value === "string" ? suggestName(value, allowed) : undefined;
  return {
    code: "invalid-value",
    what: `${subject(path)}${shown} is not one of the values that Campanile knows.`,
    why: `It knows ${allowed.join(", ")}.`,
    fix: meant === undefined ? "Write one of them." : `Did you mean "${meant}"?`,
  };
}

function invalidValue(message: string, what: string, path: YamlPath): Words {
  // Every format in app/load/schemas names its rule; a message that is none would be a bug there.
  if (!isRuleName(message)) throw new Error(`no rule explains "${message}" at ${path.join(".")}`);
  return { code: "invalid-value", what: `${what} is not valid.`, ...RULES[message] };
}

function subject(path: YamlPath): string {
  return path.length === 0 ? "The file" : `"${path.join(".")}"`;
}

function describeType(value: Json): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  const words: Record<string, string> = { string: "text", number: "a number", boolean: "true or false", object: "a map" };
  return words[typeof value] ?? typeof value;
}

/** Keys that the schema knows at a path. */
function knownKeys(schema: Json, path: YamlPath): string[] {
  const inner = path.reduce<Json | undefined>((outer, part) => {
    if (!isJsonObject(outer)) return undefined;
    if (typeof part === "number") return outer.items;
    const { properties } = outer;
    return isJsonObject(properties) && Object.hasOwn(properties, part) ? properties[part] : outer.additionalProperties;
  }, schema);
  return isJsonObject(inner) && isJsonObject(inner.properties) ? Object.keys(inner.properties) : [];
}
