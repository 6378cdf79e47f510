import type { ReleaseOutcome } from "./rollout.ts";

/** One release that a merge set out to move, as people are told about it. */
export interface DeployedRelease {
  releaseId: string;
  hub: string;
  hubTitle: string;
  environment: string;
  url?: string;
  reasons: string[];
}

/** Where a release stands: waiting until its turn, rolling out, or at its end. Each state is entered once. */
export type ReleaseState = { kind: "waiting" } | { kind: "rolling-out" } | ReleaseOutcome;

export interface ReleaseProgress extends DeployedRelease {
  state: ReleaseState;
  /** When the state was entered; absent while the release waits. */
  at?: Date;
  /** When its rollout began; absent while the release waits. */
  startedAt?: Date;
}

/** What a merge set in motion, release by release in the order of rollout. */
export interface DeployProgress {
  sha: string;
  pullRequests: number[];
  startedAt: Date;
  releases: ReleaseProgress[];
}
