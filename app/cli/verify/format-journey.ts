import pc from "picocolors";
import prettyMs from "pretty-ms";
import { ConfigError } from "../../domain/errors.ts";
import type { JourneyReport, Outcome, StepReport } from "../../journey/journey.ts";
import type { JourneyPlan } from "../../journey/plan.ts";
import { describeExam } from "../../report/describe-exam.ts";
import { oneLine } from "../../report/markdown.ts";
import type { HeldExam } from "./open-journey.ts";

/** Room for the longest title. */
const TITLE_WIDTH = 28;
const TIME_WIDTH = 7;

export function formatStart({ release, publicUrl, user }: JourneyPlan): string {
  return `${pc.bold(`A student's journey through ${release}`)}, at ${publicUrl} as ${user}\n\n`;
}

/** One line, and what to do about it below. */
export function formatStep({ title, outcome, latencyMs }: StepReport): string {
  const time = latencyMs === 0 ? "" : prettyMs(latencyMs, { keepDecimalsOnWholeSeconds: true, secondsDecimalDigits: 1 });
  const line = `${mark(outcome)} ${title.padEnd(TITLE_WIDTH)} ${time.padStart(TIME_WIDTH)}  ${says(outcome)}\n`;
  if (outcome.kind !== "broken" && outcome.kind !== "could-not-tell") return line;
  const { why, fix } = outcome.explanation;
  return `${line}    ${oneLine(why)}\n    ${pc.bold("→")} ${oneLine(fix)}\n`;
}

export function formatEnd({ release, outcome, steps }: JourneyReport): string {
  const total = prettyMs(
    steps.reduce((sum, { latencyMs }) => sum + latencyMs, 0),
    { secondsDecimalDigits: 1 },
  );
  const faults = [...new Set(steps.flatMap(({ outcome: each }) => (each.kind === "broken" ? [each.fault] : [])))];
  const words = {
    works: pc.green(`${release} works for students.`),
    broken: pc.red(`${release} is broken for students: ${faults.join(", ")}.`),
    "could-not-tell": pc.yellow(`Nobody can tell whether ${release} works for students. This is no reason to roll back.`),
  };
  return `\n${words[outcome]} ${pc.dim(`(${total})`)}\n`;
}

export function formatJson(report: JourneyReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** For a journey that was not played: its outcome is the exam. */
export function formatExamJson({ release, exam }: HeldExam): string {
  return `${JSON.stringify({ release, outcome: "exam", exam }, null, 2)}\n`;
}

export function examIsHeld({ release, exam }: HeldExam): ConfigError {
  return new ConfigError({
    code: "exam",
    what: `No journey was played on ${release}: ${describeExam(exam, oneLine)}.`,
    why: "A journey takes a server, and from an hour before an exam to its end nothing may be in the students' way.",
    fix: "Wait until then; --during-exam plays it all the same.",
  });
}

function mark({ kind }: Outcome): string {
  switch (kind) {
    case "works":
      return pc.green("✓");
    case "broken":
      return pc.red("✗");
    case "could-not-tell":
      return pc.yellow("?");
    default:
      return pc.dim("-");
  }
}

function says(outcome: Outcome): string {
  switch (outcome.kind) {
    case "works":
      return oneLine(outcome.says);
    case "broken":
      return `${pc.red(`broken (${outcome.fault})`)}: ${oneLine(outcome.explanation.what)}`;
    case "could-not-tell":
      return `${pc.yellow("could not tell")}: ${oneLine(outcome.explanation.what)}`;
    case "not-asked":
      return pc.dim(`not asked: ${oneLine(outcome.says)}`);
    case "not-reached":
      return pc.dim(`not reached: ${oneLine(outcome.says)}`);
  }
}
