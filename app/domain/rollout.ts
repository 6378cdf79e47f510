import type { Explanation } from "./errors.ts";
import type { ExamWindow } from "./exam-window.ts";

/** What a student's journey through a deployed release showed. */
export interface JourneyNews {
  outcome: "works" | "broken" | "could-not-tell";
  seconds: number;
  /** Address of the page with all that was seen; absent where GitHub did not take it. */
  page?: string;
  /** Of the first step that did not work. */
  explanation?: Explanation;
}

/** How moving one release to one bundle ended. */
export type RolloutOutcome =
  /**
   * `journey` where one was played. What is broken then is nothing that was deployed: its material, its grader.
   * `exam` where none was played because of it: what comes next judges the release.
   */
  | { kind: "deployed"; revision: number; journey?: JourneyNews; exam?: ExamWindow }
  /** A newer commit of the default branch took over before anything was done. */
  | { kind: "superseded"; bySha: string }
  /** Helm, the workloads or a student's journey said no. `revision` is Helm's, when it wrote one; `page` is the journey's. */
  | { kind: "failed"; explanation: Explanation; revision?: number; page?: string }
  /** Exactly this bundle failed on this release before, so it was not tried again; the explanation is that of the failure. */
  | { kind: "quarantined"; explanation: Explanation };

/** A release did not start because an earlier environment of its hub failed, or the fleet asks for a person. */
export type NotStarted = { kind: "not-started"; because: string };

export type ReleaseOutcome = RolloutOutcome | NotStarted;

/** Only then the next environment follows. */
export function isGood(outcome: ReleaseOutcome): boolean {
  return outcome.kind === "deployed" && (outcome.journey === undefined || outcome.journey.outcome === "works");
}
