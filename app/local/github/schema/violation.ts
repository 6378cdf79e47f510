import type { ValidateFunction } from "ajv";

/** Something we sent that GitHub's own description says it never sends. */
export interface Violation {
  /** The operation with its status, or the webhook: `GET /app 200`, `pull_request.opened`. */
  of: string;
  problems: string[];
}

/** @returns what is wrong with a value, in words; nothing when it fits */
export function problemsOf(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => {
    const detail = "allowedValues" in error.params ? ` (${JSON.stringify(error.params.allowedValues)})` : "";
    return `${error.instancePath || "/"} ${error.message ?? "does not fit"}${detail}`;
  });
}
