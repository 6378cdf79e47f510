import { z } from "zod";
import type { DryRunAnswer } from "../../diff/observed-release.ts";
import type { Refusal } from "../../domain/release-diff.ts";
import type { ApiAnswer } from "./api-client.ts";

const statusSchema = z.object({
  message: z.string().default(""),
  reason: z.string().default(""),
  details: z
    .object({
      kind: z.string().optional(),
      causes: z
        .array(z.object({ reason: z.string().default(""), message: z.string().default(""), field: z.string().optional() }))
        .nullish(),
    })
    .optional(),
});
type Status = z.output<typeof statusSchema>;
type Cause = NonNullable<NonNullable<Status["details"]>["causes"]>[number];

const MESSAGE_LIMIT = 600;

/** What a refusal of the API server means for whoever wants the change. Anything that is no answer to the object itself is "could not". */
export function readRefusal({ status, body }: ApiAnswer): Exclude<DryRunAnswer, { kind: "applied" }> {
  const parsed = statusSchema.safeParse(body);
  if (!parsed.success) return { kind: "could-not", why: `the API server answered ${status}` };
  const said = parsed.data;
  if (status === 404 && said.details?.kind === "namespaces") return { kind: "not-yet", missing: "its namespace" };
  const webhook = whyWebhookSaysNothing(said.message);
  if (webhook !== undefined) return { kind: "could-not", why: webhook };
  const refusals = refusalsOf(status, said);
  if (refusals.length > 0) return { kind: "refused", refusals };
  return {
    kind: "could-not",
    why: `the API server answered ${status}${said.reason === "" ? "" : ` (${said.reason})`}: ${withoutValues(said.message)}`,
  };
}

/** Then nobody knows what would become of the object. A rollout would pass the first kind, and fail at the second. */
function whyWebhookSaysNothing(message: string): string | undefined {
  const [, untried] = /admission webhook "([^"]+)" (?:does not|doesn't) support dry.?run/i.exec(message) ?? [];
  if (untried !== undefined)
    return `the webhook ${untried} has a say in it and cannot be tried. Whoever runs it can say that it may be: sideEffects: NoneOnDryRun`;
  const [, silent, cause = ""] = /failed calling webhook "([^"]+)": (?:failed to call webhook: )?(.*)/s.exec(message) ?? [];
  if (silent !== undefined)
    return `the webhook ${silent} has a say in it and did not answer (${withoutValues(cause)}). Until it does, a rollout would fail too`;
  return undefined;
}

function refusalsOf(status: number, { message, details }: Status): Refusal[] {
  const causes = details?.causes ?? [];
  if (status === 409) return causes.filter(({ reason }) => reason === "FieldManagerConflict").map(readConflict);
  if (message.includes("exceeded quota")) return [{ reason: "quota", message: from(message, "exceeded quota") }];
  const policy = POLICY_WORDS.find((words) => message.includes(words));
  if (policy !== undefined) return [{ reason: "policy", message: from(message, policy) }];
  // Where Campanile's own account lacks a right, nothing is known of the object.
  if (status === 403)
    return RIGHT_IS_MISSING.test(message) ? [] : [{ reason: "forbidden", message: from(message, "forbidden: ") }];
  if (status === 422 && causes.length > 0) return causes.map(readInvalid);
  const misfit = MISFIT.exec(message);
  if (misfit) return [{ reason: "invalid", ...fieldOf(misfit[1]), message: misfit[2] ?? "it does not fit its kind" }];
  return status === 400 || status === 422 ? [{ reason: "invalid", message: withoutValues(message) }] : [];
}

const POLICY_WORDS = ["ValidatingAdmissionPolicy", "admission webhook", "violates PodSecurity"];

const RIGHT_IS_MISSING = /cannot (patch|create|update|get) resource/;

/** The server says 500 when an object has a field that its kind has not, or a value of another type. */
const MISFIT = /^failed to create typed patch object \([^)]*\): (\S+): (field not declared in schema|expected \w+)/;

const IMMUTABLE =
  /immutable|may not change|updates to \S+ spec for fields other than|cannot be changed|can ?not be (?:less|changed|updated)/i;

function readInvalid({ message, field }: Cause): Refusal {
  return { reason: IMMUTABLE.test(message) ? "immutable" : "invalid", ...fieldOf(field), message: withoutValues(message) };
}

/** `conflict with "kubectl-edit" using apps/v1`, sometimes `with subresource "scale"` in between. */
function readConflict({ message, field }: Cause): Refusal {
  const manager = /^conflict with "([^"]*)"/.exec(message)?.[1] ?? "another manager";
  return { reason: "conflict", ...fieldOf(field), manager, message: `it belongs to ${manager}` };
}

function fieldOf(field: string | undefined): { field?: string } {
  return field === undefined || field === "" ? {} : { field: field.replace(/^\./, "") };
}

/** `Invalid value: {"a":"secret"}: field is immutable` without what was sent, and without the diff that some validations append. */
function withoutValues(message: string): string {
  const [words = ""] = message.split("\n@@");
  return words
    .replace(/(?:Invalid|Unsupported) value: (?:"(?:[^"\\]|\\.)*"|\{.*\}|\[.*\]|\S+): /s, "")
    .replace(/(Duplicate value|Not found|Too (?:long|many)): .*/s, "$1")
    .replace(/^Forbidden: /, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MESSAGE_LIMIT);
}

/** From these words on: before them the server repeats what was asked. */
function from(message: string, words: string): string {
  return message
    .slice(Math.max(message.indexOf(words), 0))
    .replace(/^forbidden: /, "")
    .slice(0, MESSAGE_LIMIT);
}
