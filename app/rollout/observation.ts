import type { Explanation } from "../domain/errors.ts";
import type { ExamWindow } from "../domain/exam-window.ts";
import type { JourneyNews } from "../domain/rollout.ts";

/** One revision in Helm's storage. Labels are ours and tell which bundle of which commit it was. */
export interface HelmRevision {
  revision: number;
  status:
    | "unknown"
    | "deployed"
    | "uninstalled"
    | "superseded"
    | "failed"
    | "uninstalling"
    | "pending-install"
    | "pending-upgrade"
    | "pending-rollback";
  /** Undefined also for a revision that somebody else has made since, by hand: it may hold anything. */
  bundleDigest: string | undefined;
  sha: string | undefined;
  /** ISO 8601; when Helm wrote the revision's first record. */
  createdAt: string;
}

/** What a turn of the rollout loop sees, all of it read again at every turn. JSON, because it is kept with the step. */
export interface Observation {
  /** ISO 8601. */
  observedAt: string;
  /** The newest commit of the default branch. */
  newestSha: string;
  /** Newest revision last. */
  revisions: HelmRevision[];
  /** How the last rollout of the same bundle to this release failed; null when it did not. */
  quarantined: Explanation | null;
  /** What this rollout itself has learnt so far, in order. */
  learnt: Learnt[];
}

/** Results of earlier actions of the same rollout. */
export type Learnt =
  /** Helm said that it deployed the bundle; whether the release runs it is seen in its revisions. */
  | { kind: "upgraded" }
  | { kind: "helm-failed"; explanation: Explanation }
  | { kind: "verified" }
  /** `page` where a journey showed it, and GitHub took the page with all that was seen. */
  | { kind: "unhealthy"; explanation: Explanation; page?: string }
  | { kind: "journey"; news: JourneyNews }
  /** Students sat it when a journey was to be played. */
  | { kind: "exam"; exam: ExamWindow };
