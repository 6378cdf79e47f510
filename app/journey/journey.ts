import type { Explanation } from "../domain/errors.ts";
import type { ExamWindow } from "../domain/exam-window.ts";

/** In the order in which a student meets them. */
export const STEP_NAMES = [
  "hub",
  "login",
  "server",
  "kernel",
  "content",
  "notebook",
  "restart",
  "classmate",
  "grader",
  "profiles",
  "clean-up",
] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** Who can mend it: whoever keeps the hub's values, builds the image, keeps the file share, writes the material, the grader, or the way to the hub. */
export type Fault = "hub" | "image" | "storage" | "content" | "grader" | "proxy";

/**
 * How a step or a whole journey ended. `works` and `broken` were seen; `could-not-tell` says that the way to them was
 * blocked by what is no fault of the release: it is tried again, and never a reason to roll back.
 */
export type Outcome =
  | { kind: "works"; says: string }
  | { kind: "broken"; fault: Fault; explanation: Explanation }
  | { kind: "could-not-tell"; explanation: Explanation }
  /** Nobody said what to try, or other steps were asked for. */
  | { kind: "not-asked"; says: string }
  /** A step before it, which it needs, did not end well. */
  | { kind: "not-reached"; says: string };

/** One thing that was seen on the way. */
export interface Evidence {
  kind: "request" | "progress" | "pod" | "log" | "cell" | "git";
  /** Milliseconds since the step began. */
  atMs: number;
  /** What was asked, and what came back; already without secrets, and cut. */
  text: string;
}

export interface StepReport {
  step: StepName;
  title: string;
  outcome: Outcome;
  latencyMs: number;
  budgetSeconds: number;
  evidence: Evidence[];
}

/** What becomes of a journey that was asked for: while students sit an exam, none is played. JSON: it is kept with the workflow. */
export type JourneyAnswer = { kind: "played"; report: JourneyReport } | { kind: "exam"; exam: ExamWindow };

export interface JourneyReport {
  /** `data8-staging`. */
  release: string;
  user: string;
  startedAt: string;
  outcome: JourneyOutcome;
  steps: StepReport[];
}

export type JourneyOutcome = Extract<Outcome["kind"], "works" | "broken" | "could-not-tell">;

/** One broken step breaks the journey, whatever else could not be told. */
export function outcomeOf(steps: readonly Pick<StepReport, "outcome">[]): JourneyOutcome {
  const kinds = new Set(steps.map(({ outcome }) => outcome.kind));
  if (kinds.has("broken")) return "broken";
  return kinds.has("could-not-tell") || !kinds.has("works") ? "could-not-tell" : "works";
}
