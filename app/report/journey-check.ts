import { markdownTable } from "markdown-table";
import prettyMs from "pretty-ms";
import type { Explanation } from "../domain/errors.ts";
import type { Evidence, JourneyReport, Outcome, StepReport } from "../journey/journey.ts";
import { type CheckReport, FIELD_LIMIT_BYTES, TITLE_LIMIT } from "./check-outputs.ts";
import { escapeMarkdown, fence, oneLine, plural, shorten, takeParts } from "./markdown.ts";

export const journeyCheckName = (releaseId: string) => `campanile / journey (${releaseId})`;

/** Who asked for a journey: nobody but the clock, or a rollout when this revision of Helm's was up. */
export type Occasion = { kind: "clock" } | { kind: "rollout"; revision: number };

/** Can a student get to work? All that was seen, what went wrong first. */
export function journeyCheck(report: JourneyReport, occasion: Occasion): CheckReport {
  const { release, outcome, steps } = report;
  const seconds = prettyMs(
    steps.reduce((sum, { latencyMs }) => sum + latencyMs, 0),
    { secondsDecimalDigits: 0 },
  );
  const bad = badSteps(report);
  const title = outcome === "works" ? `A student can get to work on ${release} (${seconds})` : troubleTitle(report);
  const text = allEvidence(steps);
  return {
    conclusion: CONCLUSIONS[outcome],
    title: shorten(title, TITLE_LIMIT),
    summary: [...bad.map(describeOutcome), describeOccasion(report, occasion), stepTable(steps)].join("\n\n"),
    ...(text === "" ? {} : { text }),
    annotations: [],
  };
}

function describeOccasion({ startedAt, user }: JourneyReport, occasion: Occasion): string {
  const when = `It was played at ${startedAt.slice(0, 16).replace("T", " ")} UTC, as ${escapeMarkdown(user)}`;
  if (occasion.kind === "clock") return `${when}, because it was time to look; nothing was deployed.`;
  return `${when}, in the rollout of this commit, when Helm revision ${occasion.revision} was up.`;
}

/** For a journey that never began. */
export function couldNotPlay(release: string, explanation: Explanation): CheckReport {
  return {
    conclusion: "neutral",
    title: shorten(`No journey could be played on ${release}: ${oneLine(explanation.what)}`, TITLE_LIMIT),
    summary: describeExplanation("", explanation),
    annotations: [],
  };
}

/** What is wrong, on one line. */
export function troubleTitle(report: JourneyReport): string {
  const { release, outcome } = report;
  const news = outcome === "broken" ? "Students cannot work on" : "Nobody can tell whether students can work on";
  return shorten(`${news} ${release}: ${oneLine(badSteps(report)[0]?.outcome.explanation.what ?? "")}`, TITLE_LIMIT);
}

export type BadStep = Omit<StepReport, "outcome"> & { outcome: BadOutcome };

/** In the order in which they were met, those first that say how the journey ended. */
export function badSteps({ outcome, steps }: JourneyReport): BadStep[] {
  const bad = steps.flatMap((step) => (isBad(step.outcome) ? [{ ...step, outcome: step.outcome }] : []));
  return [...bad.filter((step) => step.outcome.kind === outcome), ...bad.filter((step) => step.outcome.kind !== outcome)];
}

type BadOutcome = Extract<Outcome, { explanation: Explanation }>;

const isBad = (outcome: Outcome): outcome is BadOutcome => "explanation" in outcome;

/** Neutral: it is no reason to roll back, and nobody has to be woken up. */
const CONCLUSIONS: Record<JourneyReport["outcome"], CheckReport["conclusion"]> = {
  works: "success",
  broken: "failure",
  "could-not-tell": "neutral",
};

/** One of `badSteps`, with what to do. */
export function describeOutcome({ title, outcome }: Pick<BadStep, "title" | "outcome">): string {
  const news = outcome.kind === "broken" ? `broken (${outcome.fault})` : "could not be told";
  return describeExplanation(`**${escapeMarkdown(title)}: ${news}.** `, outcome.explanation);
}

function describeExplanation(news: string, { what, why, fix, code }: Explanation): string {
  return `${news}${escapeMarkdown(what)} ${escapeMarkdown(why)}\n\n**What to do:** ${escapeMarkdown(fix)} (\`${code}\`)`;
}

function stepTable(steps: readonly StepReport[]): string {
  const rows = steps.map(({ title, outcome, latencyMs }) => [
    escapeMarkdown(title),
    "says" in outcome ? escapeMarkdown(outcome.says) : `**${outcome.kind === "broken" ? "broken" : "could not tell"}**`,
    latencyMs === 0 ? "" : prettyMs(latencyMs, { secondsDecimalDigits: 1 }),
  ]);
  return markdownTable([["Step", "What was seen", "Took"], ...rows], { alignDelimiters: false });
}

/** What went wrong lies open and comes first; what went well is folded, and is what is left out where there is no room. */
function allEvidence(steps: readonly StepReport[]): string {
  const seen = steps.filter(({ evidence }) => evidence.length > 0);
  const [bad, good] = [seen.filter(({ outcome }) => isBad(outcome)), seen.filter(({ outcome }) => !isBad(outcome))];
  const { text, left } = takeParts([...bad.map(showEvidence), ...good.map(foldEvidence)], FIELD_LIMIT_BYTES - CUT_BYTES);
  return left === 0 ? text : `${text}\n\n_There is no room for what was seen in ${plural(left, "more step")}._`;
}

function showEvidence({ title, evidence }: StepReport): string {
  return `#### ${escapeMarkdown(title)}\n\n${fence(shorten(linesOf(evidence), BAD_LIMIT))}`;
}

function foldEvidence({ title, evidence }: StepReport): string {
  const seen = fence(shorten(linesOf(evidence), GOOD_LIMIT));
  return `<details><summary>${escapeMarkdown(title)}</summary>\n\n${seen}\n\n</details>`;
}

function linesOf(evidence: readonly Evidence[]): string {
  return evidence.map(({ atMs, kind, text }) => `${(atMs / 1000).toFixed(1)} s ${kind}: ${text}`).join("\n");
}

/** Two steps that went wrong have room in one check beside what went well. */
const BAD_LIMIT = 15_000;
const GOOD_LIMIT = 6_000;
const CUT_BYTES = 200;
