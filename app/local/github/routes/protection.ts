import { z } from "zod";
import { ApiError, notFound } from "../http/api-error.ts";
import { created, noContent, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentProtection, presentRules, presentRuleset } from "../present/protection.ts";
import { rulesetsOn } from "../pulls/branch-rules.ts";
import type { Ruleset } from "../state/repository.ts";
import { findById } from "./find.ts";

const PROTECTION = "/repos/{owner}/{repo}/branches/{branch}/protection";
const RULESETS = "/repos/{owner}/{repo}/rulesets";
const inspect = { access: "repository", role: "admin", permissions: [{ administration: "read" }] } as const;
const administer = { access: "repository", role: "admin", permissions: [{ administration: "write" }] } as const;
const readRules = { access: "repository", role: "pull", permissions: [{ metadata: "read" }] } as const;

export const protectionRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: PROTECTION, ...inspect, handle: (call) => ok(presentOf(call)) },
  { method: "PUT", path: PROTECTION, ...administer, handle: put },
  {
    method: "DELETE",
    path: PROTECTION,
    ...administer,
    handle: (call) => {
      if (!call.repository.protections.delete(call.param("branch"))) throw new ApiError(404, "Branch not protected");
      return noContent();
    },
  },
  {
    method: "GET",
    path: RULESETS,
    ...readRules,
    handle: (call) => {
      const rulesets = call.page([...call.repository.rulesets.values()]);
      return ok(rulesets.map((ruleset) => presentRuleset(call.github, call.repository, ruleset)));
    },
  },
  { method: "POST", path: RULESETS, ...administer, handle: createRuleset },
  {
    method: "GET",
    path: `${RULESETS}/{ruleset_id}`,
    ...readRules,
    handle: (call) =>
      ok(presentRuleset(call.github, call.repository, findById(call.repository.rulesets, call.param("ruleset_id")))),
  },
  {
    method: "DELETE",
    path: `${RULESETS}/{ruleset_id}`,
    ...administer,
    handle: (call) => {
      if (!call.repository.rulesets.delete(Number(call.param("ruleset_id")))) throw notFound();
      return noContent();
    },
  },
  { method: "GET", path: "/repos/{owner}/{repo}/rules/branches/{branch}", ...readRules, handle: listRules },
];

const newProtection = z.object({
  required_status_checks: z
    .object({
      strict: z.boolean(),
      contexts: z.array(z.string()).default([]),
      checks: z.array(z.object({ context: z.string(), app_id: z.number().nullish() })).optional(),
    })
    .nullable(),
  enforce_admins: z.boolean().nullable(),
  required_pull_request_reviews: z.object({ required_approving_review_count: z.number().int().default(1) }).nullable(),
  restrictions: z.unknown(),
});

function put(call: RepositoryCall) {
  const { required_status_checks: checks, enforce_admins, required_pull_request_reviews: reviews } = call.body(newProtection);
  const named = checks?.checks?.map(({ context, app_id }) => ({ context, appId: app_id && app_id > 0 ? app_id : undefined }));
  call.repository.protections.set(call.param("branch"), {
    requiredChecks: checks
      ? { isStrict: checks.strict, checks: named ?? checks.contexts.map((context) => ({ context, appId: undefined })) }
      : undefined,
    requiredApprovals: reviews?.required_approving_review_count,
    enforceAdmins: enforce_admins ?? false,
  });
  return ok(presentOf(call));
}

function presentOf(call: RepositoryCall) {
  const branch = call.param("branch");
  const protection = call.repository.protections.get(branch);
  if (!protection) throw new ApiError(404, "Branch not protected");
  return presentProtection(call.github, call.repository, { branch, protection });
}

const rule = z.object({
  type: z.string(),
  parameters: z
    .object({
      strict_required_status_checks_policy: z.boolean().optional(),
      required_status_checks: z.array(z.object({ context: z.string(), integration_id: z.number().optional() })).optional(),
      required_approving_review_count: z.number().int().optional(),
    })
    .optional(),
});
const newRuleset = z.object({
  name: z.string(),
  enforcement: z.enum(["active", "disabled", "evaluate"]),
  conditions: z
    .object({ ref_name: z.object({ include: z.array(z.string()).default([]), exclude: z.array(z.string()).default([]) }) })
    .default({ ref_name: { include: [], exclude: [] } }),
  rules: z.array(rule).default([]),
});

/** Rules that concern merging are kept to; others GitHub has are refused, as they would be promised and not kept. */
function createRuleset(call: RepositoryCall) {
  const { name, enforcement, conditions, rules } = call.body(newRuleset);
  const unknown = rules.find(({ type }) => type !== "required_status_checks" && type !== "pull_request");
  if (unknown) throw new ApiError(422, `This emulation does not keep rules of the type ${unknown.type}.`);
  const checks = rules.find(({ type }) => type === "required_status_checks")?.parameters;
  const reviews = rules.find(({ type }) => type === "pull_request")?.parameters;
  const at = call.github.now();
  const ruleset: Ruleset = {
    id: call.github.state.nextId(),
    name,
    enforcement,
    include: conditions.ref_name.include,
    exclude: conditions.ref_name.exclude,
    requiredChecks: (checks?.required_status_checks ?? []).map((one) => ({ context: one.context, appId: one.integration_id })),
    isStrict: checks?.strict_required_status_checks_policy ?? false,
    requiredApprovals: reviews?.required_approving_review_count,
    createdAt: at,
    updatedAt: at,
  };
  call.repository.rulesets.set(ruleset.id, ruleset);
  return created(presentRuleset(call.github, call.repository, ruleset));
}

function listRules(call: RepositoryCall) {
  const { repository } = call;
  const rules = rulesetsOn(repository, call.param("branch")).flatMap((ruleset) =>
    presentRules(ruleset).map((one) => ({
      ...one,
      ruleset_source_type: "Repository",
      ruleset_source: `${repository.owner.login}/${repository.name}`,
      ruleset_id: ruleset.id,
    })),
  );
  return ok(call.page(rules));
}
