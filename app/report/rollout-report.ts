import { markdownTable } from "markdown-table";
import prettyMs from "pretty-ms";
import type { DeployProgress, ReleaseProgress, ReleaseState } from "../domain/deploy-progress.ts";
import type { RolloutOutcome } from "../domain/rollout.ts";
import type { CheckReport } from "./check-outputs.ts";
import { escapeMarkdown, inOrder, plural } from "./markdown.ts";
import { COMMENT_MARKER } from "./preview-comment.ts";

/** The pull request's one comment: what the preview said, then what became of it. */
export function stickyComment(preview: string | undefined, rollout: string | undefined): string {
  return [COMMENT_MARKER, ...[rollout, preview].filter((part) => part !== undefined)].join("\n\n");
}

/** How the rollout of a merge stands; it comes above the preview, because it is the news. */
export function rolloutSection(progress: DeployProgress): string {
  const { releases } = progress;
  if (releases.length === 0)
    return `### Merged: nothing to roll out\n\nEvery release already runs what ${progress.sha.slice(0, 7)} asks for.`;
  const rows = releases.map((release) => [escapeMarkdown(release.releaseId), describeState(release.state), took(release)]);
  const failures = releases.flatMap(({ releaseId, state }) =>
    state.kind === "failed"
      ? [
          `**${escapeMarkdown(releaseId)} failed.** ${escapeMarkdown(state.explanation.what)} ${escapeMarkdown(state.explanation.why)}\n\n**What to do:** ${escapeMarkdown(state.explanation.fix)} (\`${state.explanation.code}\`)`,
        ]
      : [],
  );
  return [`### ${rolloutHeadline(progress)}`, ...failures, markdownTable([["Release", "State", "Took"], ...rows])].join("\n\n");
}

function rolloutHeadline({ releases, sha }: DeployProgress): string {
  const at = `(${sha.slice(0, 7)})`;
  const of = (kind: ReleaseState["kind"]) => releases.filter((release) => release.state.kind === kind);
  const failed = of("failed");
  if (failed.length > 0) {
    const untouched = of("not-started").map((release) => escapeMarkdown(release.releaseId));
    const rest = untouched.length > 0 ? `; ${listOf(untouched)} ${untouched.length === 1 ? "was" : "were"} not touched` : "";
    return `Rollout failed on ${listOf(failed.map((release) => escapeMarkdown(release.releaseId)))}${rest} ${at}`;
  }
  if (of("waiting").length + of("rolling-out").length > 0) return `Rolling out ${at}`;
  const deployed = of("deployed");
  if (deployed.length === 0) return `Not rolled out: see below ${at}`;
  return `Rolled out: ${describeDeployed(deployed)}${deployed.length < releases.length ? "; the rest is below" : ""} ${at}`;
}

/** "Data 8 on staging, then prod", or "3 hubs on staging, then prod". */
function describeDeployed(deployed: readonly ReleaseProgress[]): string {
  const hubs = [...new Set(deployed.map((release) => release.hubTitle))].map(escapeMarkdown);
  const environments = [...new Set(deployed.map((release) => release.environment))];
  return `${hubs.length <= NAMED_HUBS ? listOf(hubs) : plural(hubs.length, "hub")} on ${inOrder(environments)}`;
}

const NAMED_HUBS = 3;

const listOf = (names: readonly string[]) => new Intl.ListFormat("en").format(names);

function describeState(state: ReleaseState): string {
  switch (state.kind) {
    case "waiting":
      return "waits for its turn";
    case "rolling-out":
      return "rolling out …";
    case "deployed":
      return `healthy (Helm revision ${state.revision})`;
    case "failed":
      return "**failed**";
    case "superseded":
      return `left to the newer commit ${state.bySha.slice(0, 7)}`;
    case "not-started":
      return `not touched: ${escapeMarkdown(state.because)}`;
  }
}

function took({ at, startedAt, state }: ReleaseProgress): string {
  const isOver = state.kind === "deployed" || state.kind === "failed";
  return isOver && at && startedAt ? prettyMs(at.getTime() - startedAt.getTime(), { secondsDecimalDigits: 0 }) : "";
}

/** `campanile / deploy` on the merged commit. */
export function deployCheck(progress: DeployProgress): CheckReport {
  const failed = progress.releases.filter((release) => release.state.kind === "failed").length;
  return {
    conclusion: failed > 0 ? "failure" : "success",
    title:
      failed > 0
        ? `${plural(failed, "release")} failed`
        : progress.releases.length === 0
          ? "Nothing to roll out"
          : `${plural(progress.releases.filter((release) => release.state.kind === "deployed").length, "release")} rolled out`,
    summary: rolloutSection(progress),
    annotations: [],
  };
}

/** GitHub takes 140 characters for the status of a deployment. */
export function deploymentDescription(outcome: RolloutOutcome): string {
  const text = {
    deployed: () => "Healthy.",
    superseded: () => "A newer commit took over.",
    failed: () => (outcome.kind === "failed" ? outcome.explanation.what : ""),
  }[outcome.kind]();
  return text.length > 140 ? `${text.slice(0, 139)}…` : text;
}
