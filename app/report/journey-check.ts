import { markdownTable } from "markdown-table";
import prettyMs from "pretty-ms";
import type { Explanation } from "../domain/errors.ts";
import type { JourneyReport, Outcome, StepReport } from "../journey/journey.ts";
import { type CheckReport, FIELD_LIMIT_BYTES, TITLE_LIMIT } from "./check-outputs.ts";
import { escapeMarkdown, fence, oneLine, shorten, takeParts } from "./markdown.ts";

/** `campanile / journey (<release>)`: can a student get to work, with nothing deployed in between? */
export function journeyCheck(report: JourneyReport): CheckReport {
  const { release, outcome, steps } = report;
  const seconds = prettyMs(
    steps.reduce((sum, { latencyMs }) => sum + latencyMs, 0),
    { secondsDecimalDigits: 0 },
  );
  const bad = steps.flatMap((step) => (isBad(step.outcome) ? [{ ...step, outcome: step.outcome }] : []));
  const first = bad.find((step) => step.outcome.kind === outcome)?.outcome.explanation.what ?? "";
  const titles: Record<JourneyReport["outcome"], string> = {
    works: `A student can get to work on ${release} (${seconds})`,
    broken: `Students cannot work on ${release}: ${oneLine(first)}`,
    "could-not-tell": `Nobody can tell whether students can work on ${release}: ${oneLine(first)}`,
  };
  const { text } = takeParts(bad.map(describeEvidence), FIELD_LIMIT_BYTES);
  const begun = `It was played by the clock at ${report.startedAt.slice(0, 16).replace("T", " ")} UTC, as ${escapeMarkdown(report.user)}; nothing was deployed.`;
  return {
    conclusion: CONCLUSIONS[outcome],
    title: shorten(titles[outcome], TITLE_LIMIT),
    summary: [...bad.map(describeOutcome), begun, stepTable(steps)].join("\n\n"),
    ...(text === "" ? {} : { text }),
    annotations: [],
  };
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

type BadOutcome = Extract<Outcome, { explanation: Explanation }>;

const isBad = (outcome: Outcome): outcome is BadOutcome => "explanation" in outcome;

/** Neutral: it is no reason to roll back, and nobody has to be woken up. */
const CONCLUSIONS: Record<JourneyReport["outcome"], CheckReport["conclusion"]> = {
  works: "success",
  broken: "failure",
  "could-not-tell": "neutral",
};

function describeOutcome({ title, outcome }: { title: string; outcome: BadOutcome }): string {
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

function describeEvidence({ title, evidence }: StepReport): string {
  const seen = evidence.map(({ atMs, kind, text }) => `${(atMs / 1000).toFixed(1)} s ${kind}: ${text}`).join("\n");
  return `#### ${escapeMarkdown(title)}\n\n${fence(shorten(seen, EVIDENCE_LIMIT))}`;
}

/** Three steps that went wrong have room in one check. */
const EVIDENCE_LIMIT = 15_000;
