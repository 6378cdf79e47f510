import { markdownTable } from "markdown-table";
import type { Finding } from "../domain/finding.ts";
import { countChanges, describeDiff } from "./describe-diff.ts";
import { byteLength, escapeMarkdown, inOrder, plural, takeParts } from "./markdown.ts";
import { type PreviewRelease, type PreviewResult, verdictOf } from "./preview-result.ts";

/** By this first line the comment is found again. */
export const COMMENT_MARKER = "<!-- campanile -->";

/** GitHub takes 65,536 characters; the rest is for the rollout that follows below. */
const PREVIEW_LIMIT_BYTES = 50_000;
const FINDINGS_SHOWN = 20;

/** What a pull request's one comment says before it is merged. */
export function previewComment(result: PreviewResult, promotions: readonly string[]): string {
  const head = [`### ${headline(result)}`, ...body(result)].join("\n\n");
  const foot = [...(isDeployable(result) ? [onMerge(result, promotions)] : []), footer(result)].join("\n\n");
  const room = PREVIEW_LIMIT_BYTES - byteLength(head) - byteLength(foot);
  const details = result.releases.filter((release) => release.diff && release.diff.objects.length > 0).map(foldedDiff);
  const { text, left } = takeParts(details, room);
  const cut = left === 0 ? [] : [`_The diffs of ${plural(left, "more release")} are in the checks' details._`];
  return [head, ...(text === "" ? [] : [text]), ...cut, foot].join("\n\n");
}

function isDeployable(result: PreviewResult): boolean {
  return verdictOf(result) === "pass" && result.releases.some((release) => release.diff);
}

/** One line that says it all, for those who read no further. */
export function headline(result: PreviewResult): string {
  if (result.couldNot) return "This pull request could not be checked";
  const blocking = result.findings.filter((finding) => finding.severity === "block").length;
  if (blocking > 0) return `${plural(blocking, "fault")} to mend before this can be merged`;
  if (result.releases.length === 0) return "Nothing changes on any hub";
  if (verdictOf(result) === "could-not") return "Part of this pull request could not be checked";
  const hubs = [...new Set(result.releases.map((release) => release.hubTitle))].map(escapeMarkdown);
  const environments = result.environments.filter((environment) =>
    result.releases.some((release) => release.environment === environment),
  );
  const reasons = commonReasons(result.releases);
  const who = hubs.length <= 3 ? hubs.join(", ") : `${hubs.length} hubs`;
  return `${who}: ${reasons.length > 0 ? reasons.map(escapeMarkdown).join("; ") : `${plural(result.releases.length, "release")} change`} on ${inOrder(environments)}`;
}

function commonReasons(releases: readonly PreviewRelease[]): string[] {
  const [first, ...others] = releases;
  if (!first) return [];
  return first.reasons.filter((reason) => others.every((release) => release.reasons.includes(reason))).slice(0, 2);
}

function body(result: PreviewResult): string[] {
  if (result.couldNot)
    return [
      `**${escapeMarkdown(result.couldNot.what)}** ${escapeMarkdown(result.couldNot.why)}`,
      `**What to do:** ${escapeMarkdown(result.couldNot.fix)}`,
    ];
  const findings = result.findings.length > 0 ? [findingsList(result.findings)] : [];
  const broken = result.releases
    .filter((release) => release.couldNot)
    .map(
      (release) =>
        `**${escapeMarkdown(release.releaseId)} could not be rendered.** ${escapeMarkdown(release.couldNot?.what ?? "")} ${escapeMarkdown(release.couldNot?.why ?? "")} **What to do:** ${escapeMarkdown(release.couldNot?.fix ?? "")}`,
    );
  const table = result.releases.length > 0 ? [releaseTable(result)] : [];
  return [...findings, ...broken, ...table];
}

function findingsList(findings: readonly Finding[]): string {
  const shown = findings
    .slice(0, FINDINGS_SHOWN)
    .map(
      (finding) =>
        `- **${escapeMarkdown(finding.at.file)}, line ${finding.at.line}:** ${escapeMarkdown(finding.what)} ${escapeMarkdown(finding.why)} **What to do:** ${escapeMarkdown(finding.fix)} (\`${finding.code}\`)`,
    );
  if (findings.length > FINDINGS_SHOWN) shown.push(`- … and ${findings.length - FINDINGS_SHOWN} more in the check's details.`);
  return shown.join("\n");
}

function releaseTable(result: PreviewResult): string {
  const rows = result.releases.map((release) => [
    escapeMarkdown(release.releaseId),
    escapeMarkdown(release.reasons.join("; ")),
    release.diff
      ? countChanges(release.diff)
      : release.couldNot
        ? "could not be rendered"
        : "stays as it is; whoever runs the cluster removes it",
  ]);
  return `${markdownTable([["Release", "Why", "In the cluster"], ...rows])}\n\n${plural(result.releases.length, "release")} of ${result.releasesInFleet}; the others stay as they are.`;
}

const DIFF_LIMIT_BYTES = 15_000;

function foldedDiff(release: PreviewRelease): string {
  if (!release.diff) return "";
  return `<details><summary>What changes in ${escapeMarkdown(release.releaseId)}</summary>\n\n${describeDiff(release.diff, DIFF_LIMIT_BYTES)}\n\n</details>`;
}

function onMerge(result: PreviewResult, promotions: readonly string[]): string {
  const environments = result.environments.filter((environment) =>
    result.releases.some((release) => release.environment === environment && release.diff),
  );
  const [first, ...later] = environments;
  const steps = later.map((environment) => `${environment} ${promotions[result.environments.indexOf(environment)] ?? "follows"}`);
  return `**On merge:** ${[`${first} is deployed at once`, ...steps].join("; ")}. If one fails, what comes after it is not touched.`;
}

function footer(result: PreviewResult): string {
  return `<sub>Campanile rendered ${result.baseSha.slice(0, 7)} and ${result.headSha.slice(0, 7)} and compared the two. Secret values are never shown.</sub>`;
}
