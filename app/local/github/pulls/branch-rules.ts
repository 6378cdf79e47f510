import type { Emulator } from "../emulator.ts";
import { isRoleAtLeast } from "../state/accounts.ts";
import type { CheckRun } from "../state/checks.ts";
import type { PullRequest } from "../state/issues.ts";
import type { Repository, RequiredCheck, Ruleset } from "../state/repository.ts";
import { roleOf } from "../state/state.ts";

/** What protection and rulesets together ask of a merge into a branch. */
export interface BranchRules {
  checks: RequiredCheck[];
  isStrict: boolean;
  approvals: number;
}

export function rulesOf(repository: Repository, branch: string): BranchRules {
  const protection = repository.protections.get(branch);
  const rulesets = rulesetsOn(repository, branch);
  return {
    checks: [...(protection?.requiredChecks?.checks ?? []), ...rulesets.flatMap((ruleset) => ruleset.requiredChecks)],
    isStrict: (protection?.requiredChecks?.isStrict ?? false) || rulesets.some((ruleset) => ruleset.isStrict),
    approvals: Math.max(protection?.requiredApprovals ?? 0, ...rulesets.map((ruleset) => ruleset.requiredApprovals ?? 0)),
  };
}

export function rulesetsOn(repository: Repository, branch: string): Ruleset[] {
  const isMeant = (pattern: string) =>
    pattern === "~ALL" ||
    (pattern === "~DEFAULT_BRANCH" && branch === repository.defaultBranch) ||
    pattern === `refs/heads/${branch}`;
  return [...repository.rulesets.values()].filter(
    (ruleset) => ruleset.enforcement === "active" && ruleset.include.some(isMeant) && !ruleset.exclude.some(isMeant),
  );
}

export type CheckVerdict = "expected" | "pending" | "failing" | "passing";

/** A neutral or skipped check run passes, as on GitHub; one that nobody has reported yet is expected. */
export function verdictOf(repository: Repository, sha: string, check: RequiredCheck): CheckVerdict {
  const run = newestRun(repository, sha, check);
  if (run) return run.status === "completed" ? verdictOfRun(run) : "pending";
  const status = repository.statuses.findLast((one) => one.sha === sha && one.context === check.context);
  if (!status || check.appId !== undefined) return "expected";
  if (status.state === "pending") return "pending";
  return status.state === "success" ? "passing" : "failing";
}

/** How many people who may write stand by their approval. A comment leaves an earlier verdict as it was. */
export function approvalsOf({ state }: Emulator, pull: PullRequest): number {
  const verdicts = pull.reviews.filter((one) => one.state !== "COMMENTED" && one.state !== "PENDING");
  const latest = new Map(verdicts.map((one) => [one.author, one.state]));
  return [...latest].filter(
    ([author, verdict]) => verdict === "APPROVED" && isRoleAtLeast(roleOf(state, pull.base.repository, author), "push"),
  ).length;
}

function newestRun(repository: Repository, sha: string, check: RequiredCheck): CheckRun | undefined {
  return [...repository.checkRuns.values()].findLast(
    (run) =>
      run.name === check.context && run.suite.headSha === sha && (check.appId === undefined || run.suite.app.id === check.appId),
  );
}

function verdictOfRun(run: CheckRun): CheckVerdict {
  return run.conclusion === "success" || run.conclusion === "neutral" || run.conclusion === "skipped" ? "passing" : "failing";
}

/** The newest verdict of everything reported on a commit, required or not. */
export function allVerdicts(repository: Repository, sha: string): { context: string; verdict: CheckVerdict }[] {
  const names = [
    ...[...repository.checkRuns.values()].filter((run) => run.suite.headSha === sha).map((run) => run.name),
    ...repository.statuses.filter((status) => status.sha === sha).map((status) => status.context),
  ];
  return [...new Set(names)].map((context) => ({
    context,
    verdict: verdictOf(repository, sha, { context, appId: undefined }),
  }));
}
