import type { Emulator } from "../emulator.ts";
import type { BranchProtection, Repository, RequiredCheck, Ruleset } from "../state/repository.ts";
import { repositoryPage, repositoryUrl } from "./repository.ts";
import { moment, nodeId } from "./times.ts";

/** What a branch says of its own protection. */
export function presentBranchProtection(protection: BranchProtection | undefined) {
  const checks = protection?.requiredChecks?.checks ?? [];
  return {
    enabled: protection !== undefined,
    required_status_checks: {
      enforcement_level: protection?.requiredChecks ? (protection.enforceAdmins ? "everyone" : "non_admins") : "off",
      contexts: checks.map(({ context }) => context),
      checks: checks.map(presentCheck),
    },
  };
}

/** GitHub's `protected-branch`. */
export function presentProtection(
  github: Emulator,
  repository: Repository,
  of: { branch: string; protection: BranchProtection },
) {
  const url = `${repositoryUrl(github, repository)}/branches/${encodeURIComponent(of.branch)}/protection`;
  const { requiredChecks, requiredApprovals, enforceAdmins } = of.protection;
  return {
    url,
    ...(requiredChecks ? { required_status_checks: presentRequiredChecks(url, requiredChecks) } : {}),
    ...(requiredApprovals === undefined ? {} : { required_pull_request_reviews: presentRequiredReviews(url, requiredApprovals) }),
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: enforceAdmins },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  };
}

export function presentRuleset(github: Emulator, repository: Repository, ruleset: Ruleset) {
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: "branch",
    source_type: "Repository",
    source: `${repository.owner.login}/${repository.name}`,
    enforcement: ruleset.enforcement,
    conditions: { ref_name: { include: ruleset.include, exclude: ruleset.exclude } },
    rules: presentRules(ruleset),
    node_id: nodeId("RepositoryRuleset", ruleset.id),
    created_at: moment(ruleset.createdAt),
    updated_at: moment(ruleset.updatedAt),
    bypass_actors: [],
    current_user_can_bypass: "never",
    _links: {
      self: { href: `${repositoryUrl(github, repository)}/rulesets/${ruleset.id}` },
      html: { href: `${repositoryPage(github, repository)}/rules/${ruleset.id}` },
    },
  };
}

export function presentRules(ruleset: Ruleset): { type: string; parameters: Record<string, unknown> }[] {
  const checks = {
    type: "required_status_checks",
    parameters: {
      strict_required_status_checks_policy: ruleset.isStrict,
      do_not_enforce_on_create: false,
      required_status_checks: ruleset.requiredChecks.map(({ context, appId }) => ({
        context,
        ...(appId === undefined ? {} : { integration_id: appId }),
      })),
    },
  };
  const reviews = {
    type: "pull_request",
    parameters: {
      required_approving_review_count: ruleset.requiredApprovals ?? 0,
      dismiss_stale_reviews_on_push: false,
      require_code_owner_review: false,
      require_last_push_approval: false,
      required_review_thread_resolution: false,
      allowed_merge_methods: ["merge", "squash", "rebase"],
    },
  };
  return [...(ruleset.requiredChecks.length > 0 ? [checks] : []), ...(ruleset.requiredApprovals === undefined ? [] : [reviews])];
}

function presentRequiredChecks(url: string, required: { isStrict: boolean; checks: RequiredCheck[] }) {
  return {
    url: `${url}/required_status_checks`,
    strict: required.isStrict,
    contexts: required.checks.map(({ context }) => context),
    contexts_url: `${url}/required_status_checks/contexts`,
    checks: required.checks.map(presentCheck),
  };
}

function presentRequiredReviews(url: string, approvals: number) {
  return {
    url: `${url}/required_pull_request_reviews`,
    dismiss_stale_reviews: false,
    require_code_owner_reviews: false,
    required_approving_review_count: approvals,
    require_last_push_approval: false,
  };
}

const presentCheck = ({ context, appId }: RequiredCheck) => ({ context, app_id: appId ?? null });
