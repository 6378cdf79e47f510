import { markdownTable } from "markdown-table";
import prettyMs from "pretty-ms";
import type { DeployProgress, ReleaseProgress, ReleaseState } from "../domain/deploy-progress.ts";
import type { RolloutOutcome } from "../domain/rollout.ts";
import type { CheckReport } from "./check-outputs.ts";
import { escapeMarkdown, plural } from "./markdown.ts";
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
  const failed = releases.filter((release) => release.state.kind === "failed");
  const at = `(${sha.slice(0, 7)})`;
  if (failed.length > 0) {
    const untouched = releases.filter((release) => release.state.kind === "not-started").map((release) => release.releaseId);
    return `Rollout failed on ${failed.map((release) => escapeMarkdown(release.releaseId)).join(", ")}${untouched.length > 0 ? `; ${untouched.map(escapeMarkdown).join(", ")} was not touched` : ""} ${at}`;
  }
  const isDone = releases.every((release) => release.state.kind !== "waiting" && release.state.kind !== "rolling-out");
  if (!isDone) return `Rolling out ${at}`;
  const deployed = releases
    .filter((release) => release.state.kind === "deployed")
    .map((release) => escapeMarkdown(release.releaseId));
  if (deployed.length === releases.length) return `Rolled out: ${deployed.join(", then ")} ${at}`;
  return deployed.length > 0 ? `Rolled out: ${deployed.join(", ")}; the rest is below ${at}` : `Not rolled out: see below ${at}`;
}

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
