import { isJsonObject, type Json, type JsonObject } from "../../../domain/json.ts";
import { suggestName } from "../../../domain/suggest-name.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { type SchemaError, schemaErrors } from "../../chart-schema.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { misplacedBlocks } from "../../misplaced.ts";
import { isOpaque } from "../../opaque.ts";
import { forEachRelease, type ReleaseFault, type Rule } from "../../rule.ts";

export const valuesSchema: Rule = {
  code: "values-schema",
  family: "schema",
  severity: "block",
  isGeneral: true,
  title: "Values fit the schema of exactly the chart that is pinned",
  why: "Helm refuses values that don't fit, and not before the rollout. When a chart became strict, fifteen hubs' values were refused one by one for a week, with a pull request for each.",
  fix: "Write what the chart expects here; its reference lists every key.",
  example: {
    fails: { common: "jupyterhub: { singleuser: { memroy: { limit: 2G }, startTimeout: long } }" },
    passes: { common: "jupyterhub: { singleuser: { memory: { limit: 2G }, startTimeout: 300 } }" },
  },
  check: forEachRelease((release) => {
    const told = new Set(misplacedBlocks(release).map(({ path }) => path.join(".")));
    return release.charts.flatMap(({ chart, path: prefix }) => {
      const values = valueAt(release.whole.effective, prefix) ?? {};
      const errors = schemaErrors(chart.schema, values).filter((error) => isJudged(error, values));
      return mostTelling(errors).flatMap((error) => {
        const path = [...prefix, ...placeOfError(error)];
        if (told.has(path.join("."))) return [];
        const { wrong, fix } = describe(error, values, chart.schema ?? {}, prefix);
        const what = `"${path.join(".")}" ${wrong}, says the chart ${chart.name} ${chart.version}.`;
        return [faultAt(release, path, what, fix)];
      });
    });
  }),
};

function faultAt(release: ReleaseView, path: ValuePath, what: string, fix: string | undefined): ReleaseFault {
  return { at: release.whole.placeOf(path), what, ...(fix === undefined ? {} : { fix }) };
}

/** What is secret may be of any type; what is around it may fit one of several forms because of it. */
function isJudged({ path, keyword }: SchemaError, values: Json): boolean {
  const value = valueAt(values, path);
  if (isOpaque(value)) return false;
  return !["anyOf", "oneOf", "not", "if", "allOf"].includes(keyword) || !hasOpaque(value ?? null);
}

function hasOpaque(value: Json): boolean {
  if (Array.isArray(value)) return value.some(hasOpaque);
  return isJsonObject(value) ? Object.values(value).some(hasOpaque) : isOpaque(value);
}

/** Of the errors at one place those of its alternatives say less than that none of them fits. */
function mostTelling(errors: readonly SchemaError[]): SchemaError[] {
  const alternatives = errors
    .filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf")
    .map(({ path }) => path.join("."));
  const seen = new Set<string>();
  return errors.filter((error) => {
    const path = error.path.join(".");
    const isInside = alternatives.some((each) => path === each || path.startsWith(`${each}.`));
    if (isInside && error.keyword !== "anyOf" && error.keyword !== "oneOf") return false;
    const key = placeOfError(error).join(".");
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function placeOfError({ path, keyword, params }: SchemaError): ValuePath {
  if (keyword === "additionalProperties" && typeof params.additionalProperty === "string")
    return [...path, params.additionalProperty];
  if (keyword === "required" && typeof params.missingProperty === "string") return [...path, params.missingProperty];
  if (keyword === "propertyNames" && typeof params.propertyName === "string") return [...path, params.propertyName];
  return path;
}

const TYPES: Record<string, string> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a map",
  array: "a list",
  null: "nothing",
};

function describe(
  error: SchemaError,
  values: Json,
  schema: Json,
  prefix: readonly string[],
): { wrong: string; fix: string | undefined } {
  const { keyword, params, path, message } = error;
  if (keyword === "additionalProperties") {
    const key = String(params.additionalProperty);
    return { wrong: "is no key here", fix: hint(key, path, schema, prefix) };
  }
  if (keyword === "required") return { wrong: "is missing", fix: "Add it; a null in a layer may have deleted the chart's own." };
  if (keyword === "propertyNames") return { wrong: "is no name for a key here", fix: undefined };
  if (keyword === "type") {
    const wanted = [params.type].flat().map((type) => TYPES[String(type)] ?? String(type));
    return { wrong: `must be ${wanted.join(" or ")}, but is ${typeOf(valueAt(values, path) ?? null)}`, fix: undefined };
  }
  if (keyword === "enum" && Array.isArray(params.allowedValues)) {
    const allowed = params.allowedValues.filter((value) => value !== null).map(String);
    const value = valueAt(values, path);
    const meant = typeof value === "string" ? suggestName(value, allowed) : undefined;
    return {
      wrong: `is none of ${allowed.join(", ")}`,
      fix: meant === undefined ? undefined : `Did you mean "${meant}"?`,
    };
  }
  return { wrong: message, fix: undefined };
}

function typeOf(value: Json): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return TYPES[typeof value] ?? typeof value;
}

/** A name that is near to a key known here, or the place where the chart does know this one. */
function hint(key: string, path: ValuePath, schema: Json, prefix: readonly string[]): string | undefined {
  const meant = suggestName(key, Object.keys(propertiesAt(schema, path)));
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  const elsewhere = placesOf(key, schema).map((place) => [...prefix, ...place].join("."));
  const [only, another] = elsewhere;
  if (only === undefined) return undefined;
  return another === undefined ? `Move it to "${only}".` : `The chart knows this key as ${elsewhere.slice(0, 3).join(", ")}.`;
}

function propertiesAt(schema: Json, path: ValuePath): JsonObject {
  const inner = path.reduce<Json | undefined>((outer, part) => {
    const found = isJsonObject(outer) ? outer.properties : undefined;
    return isJsonObject(found) ? found[String(part)] : undefined;
  }, schema);
  return isJsonObject(inner) && isJsonObject(inner.properties) ? inner.properties : {};
}

/** Nobody puts a block further off than this. */
const HINT_DEPTH = 3;

function placesOf(key: string, schema: Json, path: readonly string[] = []): string[][] {
  if (path.length >= HINT_DEPTH || !isJsonObject(schema) || !isJsonObject(schema.properties)) return [];
  return Object.entries(schema.properties).flatMap(([name, inner]) => [
    ...(name === key ? [[...path, name]] : []),
    ...placesOf(key, inner, [...path, name]),
  ]);
}
