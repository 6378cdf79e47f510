import type { Explanation } from "../domain/errors.ts";
import type { Fault, JourneyReport, Outcome } from "../journey/journey.ts";
import type { Learnt } from "./observation.ts";

/** Faults of what was deployed: the same inputs are not tried again. Those of the material and the grader are mended elsewhere. */
const OF_THE_RELEASE: readonly Fault[] = ["hub", "image", "storage", "proxy"];

type Broken = Extract<Outcome, { kind: "broken" }>;

/**
 * What a journey means for a rollout. A release is never failed for what nobody could tell.
 * @param page address of the page with all that was seen
 */
export function learnFromJourney(report: JourneyReport, page: string | undefined): Learnt {
  const seen = page === undefined ? {} : { page };
  const broken = report.steps.map(({ outcome }) => outcome).filter((outcome): outcome is Broken => outcome.kind === "broken");
  const first = broken.find(({ fault }) => OF_THE_RELEASE.includes(fault));
  if (first) return { kind: "unhealthy", explanation: forStudents(report.release, first.explanation), ...seen };
  const unclear = report.steps.map(({ outcome }) => outcome).find(({ kind }) => kind === "could-not-tell");
  const explanation = broken[0]?.explanation ?? (unclear?.kind === "could-not-tell" ? unclear.explanation : undefined);
  const seconds = Math.round(report.steps.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / 1000);
  return { kind: "journey", news: { outcome: report.outcome, seconds, ...seen, ...(explanation ? { explanation } : {}) } };
}

function forStudents(release: string, explanation: Explanation): Explanation {
  return { ...explanation, what: `Students cannot work on ${release}: ${explanation.what}` };
}
