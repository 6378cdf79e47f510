import { expect, test } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "../../app/domain/json.ts";
import { jsonSchemaOf } from "../../app/load/read-file.ts";

/** Every key that a file may have, by its path, with what the schema says of it. */
function keysOf(schema: Json, path = ""): [path: string, key: JsonObject][] {
  if (!isJsonObject(schema)) return [];
  const { properties, additionalProperties = null, items = null } = schema;
  const own = isJsonObject(properties) ? Object.entries(properties) : [];
  return [
    ...own.flatMap(([name, key]): [string, JsonObject][] => {
      const at = path === "" ? name : `${path}.${name}`;
      return isJsonObject(key) ? [[at, key], ...keysOf(key, at)] : [];
    }),
    ...keysOf(additionalProperties, `${path}.*`),
    ...keysOf(items, `${path}[]`),
  ];
}

test.each(["campanile", "hub", "pins"] as const)("an editor can help with every key of a %s file", (kind) => {
  const keys = keysOf(jsonSchemaOf(kind));
  expect(keys.length).toBeGreaterThan(5);
  for (const [path, key] of keys) {
    // An amount may be a number or a text with a unit.
    expect(key.type ?? key.anyOf, path).toBeDefined();
    expect(key.description, path).toMatch(/\w+.*[.]$/);
    // A person who meets a pattern as a message has to read a regular expression; a format such as a date has a name.
    if (key.pattern !== undefined && key.format === undefined) expect(key.patternErrorMessage, path).toMatch(/\w+.*[.]$/);
    // Unknown keys are marked while one types, as the check will refuse them.
    if (isJsonObject(key.properties)) expect(key.additionalProperties, path).toBe(false);
  }
});
