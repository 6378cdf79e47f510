/** The repository an event is about, and the installation that may speak for it. */
export interface EventSource {
  /** `owner/name`. */
  repository: string;
  installationId: number;
  defaultBranch: string;
}

/** A pull request that may change the fleet: opened, pushed to, reopened, or pointed at another base. */
export interface PullRequestChanged {
  kind: "pull-request-changed";
  source: EventSource;
  number: number;
  headSha: string;
  baseBranch: string;
}

/** The default branch moved. */
export interface DefaultBranchPushed {
  kind: "default-branch-pushed";
  source: EventSource;
  sha: string;
}

export type DeployEvent = PullRequestChanged | DefaultBranchPushed;
