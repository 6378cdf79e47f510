import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

/** A part of an OpenAPI description: JSON that nobody has looked into yet. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Compiles schemas of one OpenAPI description. */
export type CompileSchema = (schema: Json) => ValidateFunction;

/**
 * Compiles with ajv, each component when it is first referred to: the whole of GitHub's description would take minutes.
 * @param description the whole of it, as it was read
 */
export function createSchemaCompiler(description: Json): CompileSchema {
  const components = inside(description, ["components", "schemas"]);
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  addFormats.default(ajv);
  for (const [name, isFormat] of Object.entries(LOOSER_FORMATS)) ajv.addFormat(name, isFormat);
  const added = new Set<string>();

  function addComponents(schema: Json): void {
    for (const name of referencesIn(schema)) {
      if (added.has(name)) continue;
      added.add(name);
      const converted = toJsonSchema(inside(components, [name]) ?? true);
      ajv.addSchema(isObject(converted) ? converted : {}, idOf(name));
      addComponents(inside(components, [name]) ?? true);
    }
  }

  return (schema) => {
    addComponents(schema);
    const converted = toJsonSchema(schema);
    return ajv.compile(isObject(converted) ? converted : {});
  };
}

/** What GitHub itself sends and its description, taken at its word, forbids. */
const LOOSER_FORMATS = {
  // An App's address is `<id>+<slug>[bot]@users.noreply.github.com`.
  email: (text: string) => /^[^\s@]+@[^\s@]+$/.test(text),
  // An address that nobody has given is empty text.
  uri: (text: string) => text === "" || URL.canParse(text),
};

export const isObject = (value: unknown): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const REFERENCE = "#/components/schemas/";
const idOf = (name: string) => `component:${name}`;

/** Words of OpenAPI that say nothing about validity. */
const IGNORED = new Set([
  "nullable",
  "example",
  "examples",
  "discriminator",
  "externalDocs",
  "xml",
  "deprecated",
  "description",
  "title",
]);

/** OpenAPI 3.0 has `nullable` and references into its own document; 3.1 already is JSON Schema. */
function toJsonSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (!isObject(schema)) return schema;
  if (typeof schema.$ref === "string") return orNull(schema, { $ref: idOf(schema.$ref.slice(REFERENCE.length)) });
  const converted: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(schema)) {
    if (IGNORED.has(key) || key.startsWith("x-")) continue;
    if (key === "properties" && isObject(value)) {
      converted.properties = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJsonSchema(one)]));
    } else if (key === "enum" || key === "const" || key === "default" || key === "required") converted[key] = value;
    // GitHub's alternatives overlap: an answer may fit two of them and is still right.
    else converted[key === "oneOf" ? "anyOf" : key] = toJsonSchema(value);
  }
  return orNull(schema, converted);
}

function orNull(original: { [key: string]: Json }, converted: Json): Json {
  return original.nullable === true ? { anyOf: [converted, { type: "null" }] } : converted;
}

function referencesIn(schema: Json): string[] {
  if (Array.isArray(schema)) return schema.flatMap(referencesIn);
  if (!isObject(schema)) return [];
  const own = typeof schema.$ref === "string" ? [schema.$ref.slice(REFERENCE.length)] : [];
  return [...own, ...Object.entries(schema).flatMap(([key, value]) => (IGNORED.has(key) ? [] : referencesIn(value)))];
}

/** @returns what stands at the end of a row of keys, if anything does */
export function inside(value: Json | undefined, keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>((part, key) => (isObject(part) ? part[key] : undefined), value);
}
