import { explanationOf } from "../domain/errors.ts";
import type { EventSource } from "../event/deploy-event.ts";
import type { JourneyReport } from "../journey/journey.ts";
import type { CheckReport } from "../report/check-outputs.ts";
import { journeyCheck, journeyCheckName, type Occasion } from "../report/journey-check.ts";
import { isSameCause, issueMarker, journeyIssue, otherCauseComment, worksAgainComment } from "../report/journey-issue.ts";
import type { CheckPlace } from "./preview.ts";

interface Place {
  repository: string;
  installationId: number;
}

interface Issue {
  number: number;
  title: string;
  body: string;
}

/** What telling of a journey needs from outside; each may be called twice. */
export interface TellJourneyPorts {
  /** @returns its address */
  addCheck(place: CheckPlace, conclusion: CheckReport["conclusion"], output: Omit<CheckReport, "conclusion">): Promise<string>;
  /** Of those that Campanile has opened itself. */
  findOpenIssue(place: Place, marker: string): Promise<Issue | undefined>;
  openIssue(place: Place, issue: Pick<Issue, "title" | "body">): Promise<void>;
  updateIssue(place: Place, issue: Issue): Promise<void>;
  closeIssue(place: Place, number: number): Promise<void>;
  ensureIssueComment(place: Place, number: number, body: { marker: string; text: string }): Promise<void>;
}

/** A journey that has ended, and the commit on which it is told. */
export interface PlayedJourney {
  source: EventSource;
  headSha: string;
  /** Of the workflow that played it. */
  workId: string;
  report: JourneyReport;
  occasion: Occasion;
}

/**
 * Shows a journey on a commit, and keeps the release's issue. A journey that is told again, after a crash, is found by when it began.
 * @returns the address of the page with all that was seen
 */
export async function tellJourney(ports: TellJourneyPorts, played: PlayedJourney): Promise<string> {
  const { source, headSha, workId, report, occasion } = played;
  const { repository, installationId } = source;
  const { conclusion, ...output } = journeyCheck(report, occasion);
  const name = journeyCheckName(report.release);
  const externalId = `${workId} ${report.startedAt}`;
  const page = await ports.addCheck({ repository, installationId, headSha, name, externalId }, conclusion, output);
  try {
    await keepIssue(ports, { repository, installationId }, played, page);
  } catch (error) {
    // An App that may write no issues, or a repository that has none, still has the check. What passes is tried again by the step.
    if (explanationOf(error)?.code !== "github-refused") throw error;
  }
  return page;
}

/** One open issue a release for as long as students cannot work. A rollout that breaks it tells by its pull request, and opens none. */
async function keepIssue(
  ports: TellJourneyPorts,
  place: Place,
  { report, occasion }: PlayedJourney,
  page: string,
): Promise<void> {
  const isNews = report.outcome === "works" || (report.outcome === "broken" && occasion.kind === "clock");
  if (!isNews) return;
  const open = await ports.findOpenIssue(place, issueMarker(report.release));
  if (report.outcome === "works") {
    if (!open) return;
    await ports.ensureIssueComment(place, open.number, worksAgainComment(report, page));
    return ports.closeIssue(place, open.number);
  }
  const issue = journeyIssue(report, page);
  if (!open) return ports.openIssue(place, issue);
  // The comment first: the text tells of the old cause until it is there.
  if (!isSameCause(report, open)) await ports.ensureIssueComment(place, open.number, otherCauseComment(report, page));
  if (issue.title !== open.title || issue.body !== open.body) await ports.updateIssue(place, { ...issue, number: open.number });
}
