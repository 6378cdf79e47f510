import { markdownTable } from "markdown-table";
import prettyMs from "pretty-ms";
import type { DeployProgress, ReleaseProgress, ReleaseState } from "../domain/deploy-progress.ts";
import type { Explanation } from "../domain/errors.ts";
import { isGood, type JourneyNews, type RolloutOutcome } from "../domain/rollout.ts";
import { type CheckReport, couldNotCheck } from "./check-outputs.ts";
import { describeExam } from "./describe-exam.ts";
import { escapeMarkdown, inOrder, link, oneLine, plural, shorten, takeParts } from "./markdown.ts";
import { COMMENT_MARKER } from "./preview-comment.ts";

/** The pull request's one comment: what the preview said, then what became of it. */
export function stickyComment(preview: string | undefined, rollout: string | undefined): string {
  const parts =
    rollout === undefined ? [preview] : [rollout, preview === undefined ? undefined : `---\n\n_Before the merge:_\n\n${preview}`];
  return [COMMENT_MARKER, ...parts.filter((part) => part !== undefined)].join("\n\n");
}

/** The rollout's part of the comment, with what the preview may take below 60 KB. */
const FAILURES_LIMIT_BYTES = 7_000;
const TABLE_LIMIT_BYTES = 7_000;
const REASONS_LIMIT_BYTES = 1_500;
const REASON_LIMIT = 300;

/** How the rollout of a merge stands; it comes above the preview, because it is the news. */
export function rolloutSection(progress: DeployProgress): string {
  const { releases } = progress;
  if (releases.length === 0)
    return `### Merged: nothing to roll out\n\nEvery release already runs what ${progress.sha.slice(0, 7)} asks for.`;
  const failures = releases.flatMap(describeFailure);
  const { text, left } = takeParts(failures, FAILURES_LIMIT_BYTES);
  const cut = left > 0 ? [`${plural(left, "more release")} failed; their deployments on GitHub say why.`] : [];
  return [
    `### ${rolloutHeadline(progress)}`,
    ...(text === "" ? [] : [text]),
    ...cut,
    stateTable(releases),
    ...describeReasons(releases),
  ].join("\n\n");
}

/** Why each release moves, once for those that share it: what the cluster held before may be another reason than the pull request. */
function describeReasons(releases: readonly ReleaseProgress[]): string[] {
  const sharing = new Map<string, ReleaseProgress[]>();
  for (const release of releases)
    for (const reason of new Set(release.reasons)) sharing.set(reason, [...(sharing.get(reason) ?? []), release]);
  if (sharing.size === 0) return [];
  const parts = [...sharing].map(([reason, those]) => {
    const whose = those.length === releases.length ? "" : ` (${nameReleases(those)})`;
    return `${escapeMarkdown(shorten(reason, REASON_LIMIT))}${whose}`;
  });
  const { text, left } = takeParts(parts, REASONS_LIMIT_BYTES, "; ");
  return [`**Why:** ${text}${left > 0 ? `; and ${plural(left, "more reason")}` : ""}.`];
}

function describeFailure({ releaseId, state }: ReleaseProgress): string[] {
  if (state.kind === "deployed") return describeJourney(releaseId, state.journey);
  if (state.kind !== "failed" && state.kind !== "quarantined") return [];
  const { what, why, fix, code } = state.explanation;
  const page = state.kind === "failed" ? state.page : undefined;
  const news = state.kind === "failed" ? "failed." : "failed before with exactly these inputs, so they are not tried again.";
  return [
    `**${escapeMarkdown(releaseId)} ${news}** ${escapeMarkdown(what)} ${escapeMarkdown(why)}\n\n**What to do:** ${escapeMarkdown(fix)} (\`${code}\`)${leadTo(page)}`,
  ];
}

/** What runs is what was merged, and yet somebody has to look. */
function describeJourney(releaseId: string, journey: JourneyNews | undefined): string[] {
  if (!journey?.explanation || journey.outcome === "works") return [];
  const { page } = journey;
  const { what, why, fix, code } = journey.explanation;
  const news =
    journey.outcome === "broken"
      ? "runs, but students cannot do all of their work."
      : "runs, but nobody could tell whether students can work. This is no reason to roll back.";
  return [
    `**${escapeMarkdown(releaseId)} ${news}** ${escapeMarkdown(what)} ${escapeMarkdown(why)}\n\n**What to do:** ${escapeMarkdown(fix)} (\`${code}\`)${leadTo(page)}`,
  ];
}

/** To the page of the journey that showed it. */
function leadTo(page: string | undefined): string {
  return page === undefined ? "" : ` ${link("All that was seen", page)}`;
}

/** For what nobody foresaw: Campanile, GitHub or the database failed in the middle. @param progress as far as it was recorded */
export function unfinishedSection(explanation: Explanation, progress: DeployProgress | undefined): string {
  const { summary } = couldNotCheck(explanation);
  const table = progress && progress.releases.length > 0 ? [stateTable(progress.releases)] : [];
  return ["### Merged, but the rollout was not finished", summary, ...table].join("\n\n");
}

function stateTable(releases: readonly ReleaseProgress[]): string {
  const rows = releases.map((release) => [escapeMarkdown(release.releaseId), describeState(release.state), took(release)]);
  const { left } = takeParts(
    rows.map((row) => row.join(" | ")),
    TABLE_LIMIT_BYTES,
    "\n",
  );
  const table = markdownTable([["Release", "State", "Took"], ...rows.slice(0, rows.length - left)], { alignDelimiters: false });
  return left > 0 ? `${table}\n\n_${plural(left, "more release")} not shown here._` : table;
}

function rolloutHeadline({ releases, sha }: DeployProgress): string {
  const at = `(${sha.slice(0, 7)})`;
  const of = (kind: ReleaseState["kind"]) => releases.filter((release) => release.state.kind === kind);
  const [failed, deployed, superseded, quarantined] = [of("failed"), of("deployed"), of("superseded"), of("quarantined")];
  const untouched = of("not-started");
  const withJourney = (outcome: JourneyNews["outcome"]) =>
    deployed.filter(({ state }) => state.kind === "deployed" && state.journey?.outcome === outcome);
  const [broken, untold] = [withJourney("broken"), withJourney("could-not-tell")];
  const rest = [
    ...(quarantined.length > 0 ? [`${nameReleases(quarantined)} failed before`] : []),
    ...(broken.length > 0 ? [`a student's journey does not work on ${nameReleases(broken)}`] : []),
    ...(untold.length > 0 ? [`nobody could tell whether it works on ${nameReleases(untold)}`] : []),
    ...(untouched.length > 0 ? [`${nameReleases(untouched)} ${untouched.length === 1 ? "was" : "were"} not touched`] : []),
  ];
  if (failed.length > 0) return `${[`Rollout failed on ${nameReleases(failed)}`, ...rest].join("; ")} ${at}`;
  if (of("waiting").length + of("rolling-out").length > 0) {
    const done = deployed.length > 0 ? `: ${deployed.length} of ${plural(releases.length, "release")} done` : "";
    return `Rolling out${done} ${at}`;
  }
  if (deployed.length > 0) {
    const left = superseded.length > 0 ? ["a newer commit takes the rest"] : rest;
    return `Rolled out: ${[describeDeployed(deployed), ...left].join("; ")} ${at}`;
  }
  if (superseded.length > 0) return `Not rolled out: a newer commit took over ${at}`;
  return `Not rolled out: ${quarantined.length > 0 ? rest.join("; ") : "see below"} ${at}`;
}

/** "Data 8 on staging, then prod", or "3 hubs on staging, then prod". */
function describeDeployed(deployed: readonly ReleaseProgress[]): string {
  const hubs = [...new Set(deployed.map((release) => release.hubTitle))].map(escapeMarkdown);
  const environments = [...new Set(deployed.map((release) => release.environment))];
  return `${hubs.length <= NAMED_HUBS ? listOf(hubs) : plural(hubs.length, "hub")} on ${inOrder(environments)}`;
}

function nameReleases(releases: readonly ReleaseProgress[]): string {
  if (releases.length > NAMED_RELEASES) return plural(releases.length, "release");
  return listOf(releases.map((release) => escapeMarkdown(release.releaseId)));
}

const NAMED_HUBS = 3;
const NAMED_RELEASES = 4;

const listOf = (names: readonly string[]) => new Intl.ListFormat("en").format(names);

function describeState(state: ReleaseState): string {
  switch (state.kind) {
    case "waiting":
      return "waits for its turn";
    case "rolling-out":
      return "rolling out …";
    case "deployed":
      return `${describeHealth(state)} (Helm revision ${state.revision})`;
    case "failed":
      return "**failed**";
    case "quarantined":
      return "**failed before**, not tried again";
    case "superseded":
      return `left to the newer commit ${state.bySha.slice(0, 7)}`;
    case "not-started":
      return `not touched: ${escapeMarkdown(state.because)}`;
  }
}

function describeHealth({ journey, exam }: Extract<ReleaseState, { kind: "deployed" }>): string {
  if (exam) return `healthy; no journey: ${describeExam(exam, escapeMarkdown)}`;
  if (!journey) return "healthy";
  const { page, seconds } = journey;
  if (journey.outcome === "works") {
    const words = "a student's journey works";
    return `healthy, and ${page === undefined ? words : link(words, page)}: ${seconds} s`;
  }
  return journey.outcome === "broken"
    ? "healthy, but **a student's journey does not work**"
    : "healthy; **a student's journey could not be played**";
}

function took({ at, startedAt, state }: ReleaseProgress): string {
  const isOver = state.kind === "deployed" || state.kind === "failed";
  return isOver && at && startedAt ? prettyMs(at.getTime() - startedAt.getTime(), { secondsDecimalDigits: 0 }) : "";
}

/** `campanile / deploy` on the merged commit: red for as long as something does not run what the branch asks for. */
export function deployCheck(progress: DeployProgress): CheckReport {
  const isFailed = progress.releases.some(
    ({ state }) => state.kind === "failed" || state.kind === "quarantined" || (state.kind === "deployed" && !isGood(state)),
  );
  return {
    conclusion: isFailed ? "failure" : "success",
    title: deployTitle(progress),
    summary: rolloutSection(progress),
    annotations: [],
  };
}

function deployTitle({ releases }: DeployProgress): string {
  const count = (kind: ReleaseState["kind"]) => releases.filter((release) => release.state.kind === kind).length;
  if (releases.length === 0) return "Nothing to roll out";
  const parts = [
    count("failed") > 0 ? `${plural(count("failed"), "release")} failed` : "",
    count("deployed") > 0 ? `${plural(count("deployed"), "release")} rolled out${butOf(releases)}` : "",
    count("quarantined") > 0 ? `${plural(count("quarantined"), "release")} failed before` : "",
  ].filter(Boolean);
  if (parts.length > 0) return parts.join(", ");
  return count("superseded") > 0 ? LEFT_TO_NEWER : "Nothing rolled out yet";
}

function butOf(releases: readonly ReleaseProgress[]): string {
  const bad = releases.flatMap(({ state }) => (state.kind === "deployed" && !isGood(state) ? [state.journey?.outcome] : []));
  if (bad.length === 0) return "";
  const where =
    bad.length === releases.filter(({ state }) => state.kind === "deployed").length
      ? bad.length === 1
        ? "it"
        : "them"
      : `${bad.length} of them`;
  return bad.includes("broken")
    ? `, but students cannot work on ${where}`
    : `, but nobody could tell whether students can work on ${where}`;
}

/** For a commit that was no longer the newest when its turn came; `text` is the pull request's. */
export function leftToNewer(newerSha: string): Omit<CheckReport, "conclusion"> & { text: string } {
  const summary = `The newer commit ${newerSha.slice(0, 7)} was there before anything of this one was begun. It contains this change, and its own check says what became of it.`;
  return {
    title: LEFT_TO_NEWER,
    summary,
    text: `### Merged: it is rolled out with the newer commit ${newerSha.slice(0, 7)}\n\n${summary}`,
    annotations: [],
  };
}

const LEFT_TO_NEWER = "Left to a newer commit";

/** GitHub takes 140 characters for the status of a deployment; an image's digest would take half of them. */
export function deploymentDescription(outcome: RolloutOutcome): string {
  return shorten(oneLine(describeOutcome(outcome).replace(/@sha256:[0-9a-f]+/g, "")), 140);
}

function describeOutcome(outcome: RolloutOutcome): string {
  switch (outcome.kind) {
    case "deployed":
      if (outcome.exam) return `Healthy; no journey during the exam “${outcome.exam.summary}”.`;
      return outcome.journey?.explanation?.what ?? (outcome.journey ? "Healthy, and a student's journey works." : "Healthy.");
    case "superseded":
      return "A newer commit took over.";
    case "failed":
    case "quarantined":
      return outcome.explanation.what;
  }
}
