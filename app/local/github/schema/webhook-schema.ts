import { readFile } from "node:fs/promises";
import type { ValidateFunction } from "ajv";
import { createSchemaCompiler, inside, type Json } from "./compile-schema.ts";
import { problemsOf, type Violation } from "./violation.ts";

export interface WebhookSchema {
  /** @returns undefined when the payload is one that GitHub can send */
  check: (webhook: { event: string; action: string | null; payload: unknown }) => Violation | undefined;
}

const PAYLOAD = ["post", "requestBody", "content", "application/json", "schema"];

/** Checks payloads against GitHub's own description of its webhooks, which comes with the development dependencies. */
export async function loadWebhookSchema(): Promise<WebhookSchema> {
  const file = new URL(import.meta.resolve("@octokit/openapi-webhooks/generated/api.github.com.json"));
  const description: Json = JSON.parse(await readFile(file, "utf8"));
  const compile = createSchemaCompiler(description);
  const compiled = new Map<string, ValidateFunction>();
  return {
    check({ event, action, payload }) {
      const of = action === null ? event : `${event}.${action}`;
      const name = (action === null ? event : `${event}-${action}`).replaceAll("_", "-");
      const schema = inside(description, ["webhooks", name, ...PAYLOAD]);
      if (schema === undefined) return { of, problems: ["GitHub's description has no such webhook"] };
      const validate = compiled.get(name) ?? compile(schema);
      compiled.set(name, validate);
      const problems = problemsOf(validate, payload);
      return problems.length === 0 ? undefined : { of, problems };
    },
  };
}
