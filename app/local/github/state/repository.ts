import type { Account, Role } from "./accounts.ts";
import type { CheckRun, CheckSuite, CommitStatus, GitHubDeployment } from "./checks.ts";
import type { Issue, IssueComment, Label } from "./issues.ts";

export interface RequiredCheck {
  context: string;
  /** Only this App's check run counts; undefined takes anybody's. */
  appId: number | undefined;
}

export interface BranchProtection {
  /** undefined means that no check is required. */
  requiredChecks: { isStrict: boolean; checks: RequiredCheck[] } | undefined;
  /** undefined means that no review is required. */
  requiredApprovals: number | undefined;
  enforceAdmins: boolean;
}

export interface Ruleset {
  id: number;
  name: string;
  enforcement: "active" | "disabled" | "evaluate";
  /** Full ref names, `~DEFAULT_BRANCH` or `~ALL`. */
  include: string[];
  exclude: string[];
  requiredChecks: RequiredCheck[];
  isStrict: boolean;
  requiredApprovals: number | undefined;
  createdAt: Date;
  updatedAt: Date;
}

export interface Repository {
  id: number;
  owner: Account;
  name: string;
  description: string | null;
  isPrivate: boolean;
  defaultBranch: string;
  gitDir: string;
  forkOf: Repository | undefined;
  createdAt: Date;
  updatedAt: Date;
  pushedAt: Date;
  collaborators: Map<number, Role>;
  deleteBranchOnMerge: boolean;
  /** Issues and pull requests share their numbers. */
  issues: Map<number, Issue>;
  comments: Map<number, IssueComment>;
  labels: Map<string, Label>;
  checkSuites: Map<number, CheckSuite>;
  checkRuns: Map<number, CheckRun>;
  statuses: CommitStatus[];
  deployments: Map<number, GitHubDeployment>;
  protections: Map<string, BranchProtection>;
  rulesets: Map<number, Ruleset>;
  /** Changes of refs happen one after another: `await repository.exclusive(...)`. */
  exclusive: <T>(work: () => Promise<T>) => Promise<T>;
}

export const fullName = (repository: Repository): string => `${repository.owner.login}/${repository.name}`;
