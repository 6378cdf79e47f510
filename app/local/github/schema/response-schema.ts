import { readFile } from "node:fs/promises";
import type { ValidateFunction } from "ajv";
import { type CompileSchema, createSchemaCompiler, inside, isObject, type Json } from "./compile-schema.ts";
import { problemsOf, type Violation } from "./violation.ts";

export interface ResponseSchema {
  /** @returns undefined when the answer is one that GitHub can give */
  check: (answer: { method: string; path: string; status: number; body: unknown }) => Violation | undefined;
}

type Validator = ValidateFunction | "no-body" | Violation;

/** Answers that any operation can give and whose operations do not say so. */
const NO_BODY = "no-body";

const ERROR_SCHEMAS = ["basic-error", "validation-error", "validation-error-simple"];

/**
 * Checks answers against GitHub's own description of its REST API.
 * @param openapiPath `generated/api.github.com.json` of the npm package `@octokit/openapi`
 */
export async function loadResponseSchema(openapiPath: string): Promise<ResponseSchema> {
  const description: Json = JSON.parse(await readFile(openapiPath, "utf8"));
  const compile = createSchemaCompiler(description);
  const compiled = new Map<string, Validator>();

  function validatorOf(method: string, path: string, status: number): Validator {
    const name = `${method} ${path} ${status}`;
    const known = compiled.get(name);
    if (known) return known;
    const schema = schemaOf(description, { method, path, status });
    const made = schema === undefined ? undocumented(compile, name, status) : schema === "no-body" ? NO_BODY : compile(schema);
    compiled.set(name, made);
    return made;
  }

  return {
    check({ method, path, status, body }) {
      const of = `${method} ${path} ${status}`;
      const validator = validatorOf(method, path, status);
      if (typeof validator === "object") return validator;
      if (body === undefined) return validator === NO_BODY ? undefined : { of, problems: ["GitHub sends a body here"] };
      const problems = validator === NO_BODY ? ["GitHub sends no body here"] : problemsOf(validator, body);
      return problems.length === 0 ? undefined : { of, problems };
    },
  };
}

/** An error may be one that GitHub gives everywhere; a success that is not described is a mistake of ours. */
function undocumented(compile: CompileSchema, name: string, status: number): ValidateFunction | Violation {
  if (status < 400) return { of: name, problems: ["GitHub's description has no such answer"] };
  return compile({ anyOf: ERROR_SCHEMAS.map((schema) => ({ $ref: `#/components/schemas/${schema}` })) });
}

/** Schemas that nothing can fit: this one wants an account to be a user and an enterprise at once. */
const MENDED: Record<string, Json> = {
  "GET /app/installations 200": { type: "array", items: { $ref: "#/components/schemas/installation" } },
};

/** @returns the schema of an answer's JSON; undefined when the description does not say what it looks like */
function schemaOf(description: Json, at: { method: string; path: string; status: number }): Json | "no-body" | undefined {
  const operation = inside(description, ["paths", at.path, at.method.toLowerCase()]);
  const response = resolve(description, inside(operation, ["responses", String(at.status)]));
  if (response === undefined) return undefined;
  const mended = MENDED[`${at.method} ${at.path} ${at.status}`];
  if (mended !== undefined) return mended;
  const content = inside(response, ["content"]);
  // GitHub sends words with every refusal, also where its description lists only the status.
  if (content === undefined) return at.status < 400 ? "no-body" : undefined;
  const types = isObject(content) ? Object.keys(content) : [];
  const json = types.find((type) => type === "application/json") ?? types.find((type) => type.includes("json"));
  return json === undefined ? true : (inside(content, [json, "schema"]) ?? true);
}

function resolve(description: Json, value: Json | undefined): Json | undefined {
  if (!isObject(value) || typeof value.$ref !== "string") return value;
  return inside(description, value.$ref.slice(2).split("/"));
}
