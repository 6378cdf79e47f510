import type { JourneyReport } from "../journey/journey.ts";
import { badSteps, describeOutcome, troubleTitle } from "./journey-check.ts";
import { link } from "./markdown.ts";

/** Which release an issue is about, on its first line, which nobody sees. */
export function issueMarker(releaseId: string): string {
  return `<!-- campanile: students cannot work on ${releaseId} -->`;
}

/** For the people who watch the repository, while nothing is deployed and no pull request could tell them. */
export function journeyIssue(report: JourneyReport, page: string): { title: string; body: string } {
  const body = [
    `${issueMarker(report.release)}\n${causeMarker(report)}`,
    ...badSteps(report).map(describeOutcome),
    `${link("All that was seen", page)} at ${minuteOf(report)}. Campanile looks again whenever a journey is due or a rollout asks for one, writes here when something else is broken, and closes this issue when a student can work again.`,
  ];
  return { title: troubleTitle(report), body: body.join("\n\n") };
}

/** Whether the issue tells of the same cause: it is then no news. */
export function isSameCause(report: JourneyReport, issue: { body: string }): boolean {
  return issue.body.includes(causeMarker(report));
}

export function otherCauseComment(report: JourneyReport, page: string): { marker: string; text: string } {
  const [first] = badSteps(report);
  const news = first ? describeOutcome(first) : "";
  return {
    marker: playedMarker(report),
    text: `Something else is broken now, seen at ${minuteOf(report)}.\n\n${news}\n\n${link("All that was seen", page)}`,
  };
}

export function worksAgainComment(report: JourneyReport, page: string): { marker: string; text: string } {
  return {
    marker: playedMarker(report),
    text: `A student can get to work on ${report.release} again, seen at ${minuteOf(report)}. ${link("All that was seen", page)}`,
  };
}

function causeMarker(report: JourneyReport): string {
  const [first] = badSteps(report);
  return `<!-- campanile: because of ${first?.step ?? ""} ${first?.outcome.explanation.code ?? ""} -->`;
}

const playedMarker = ({ startedAt }: JourneyReport) => `<!-- campanile: the journey of ${startedAt} -->`;

const minuteOf = ({ startedAt }: JourneyReport) => `${startedAt.slice(0, 16).replace("T", " ")} UTC`;
