import { markdownTable } from "markdown-table";
import type { Finding } from "../domain/finding.ts";
import { countChanges, describeDiff } from "./describe-diff.ts";
import { describeBeyond, describeObstacles } from "./describe-effect.ts";
import { describeImpact, describeNotes } from "./describe-impact.ts";
import { groupAlike, nameGroup } from "./group-alike.ts";
import { byteLength, codeOf, escapeMarkdown, inOrder, plural, shorten, takeParts } from "./markdown.ts";
import { OBSERVES } from "./observed.ts";
import { type PreviewRelease, type PreviewResult, verdictOf } from "./preview-result.ts";

/** By this first line the comment is found again. */
export const COMMENT_MARKER = "<!-- campanile -->";

/** A comment has at most 60 KB: GitHub takes 65,536 characters, and the rollout is told in the same one. */
const PREVIEW_LIMIT_BYTES = 44_000;
const FINDINGS_SHOWN = 20;
/** Each list gets so much, so that together they leave room for the diffs. */
const LIST_LIMIT_BYTES = 9_000;
const REASONS_LIMIT = 300;

/** What a pull request's one comment says before it is merged. */
export function previewComment(result: PreviewResult, promotions: readonly string[]): string {
  const head = [`### ${headline(result)}`, ...body(result)].join("\n\n");
  const merge = isDeployable(result) && result.mode === "deploy" ? [onMerge(result, promotions)] : [];
  const observed = result.mode === "observe" ? [`_${OBSERVES}_`] : [];
  const foot = [...merge, ...observed, `<sub>${footer(result)}</sub>`].join("\n\n");
  const room = PREVIEW_LIMIT_BYTES - byteLength(head) - byteLength(foot);
  const details = groupAlike(result.releases.filter(hasDetails)).map(foldedDiff);
  const { text, left } = takeParts(details, room);
  const cut = left === 0 ? [] : [`_${plural(left, "more diff")} in the details of the diff checks._`];
  return [head, ...(text === "" ? [] : [text]), ...cut, foot].join("\n\n");
}

function isDeployable(result: PreviewResult): boolean {
  return verdictOf(result) === "pass" && result.releases.some((release) => release.diff);
}

/**
 * One line that says it all, for those who read no further.
 * @param write how text from outside is written where the line goes: a check's title is no Markdown
 */
export function headline(result: PreviewResult, write: (text: string) => string = escapeMarkdown): string {
  if (result.couldNot) return "This pull request could not be checked";
  const blocking = result.findings.filter((finding) => finding.severity === "block").length;
  if (blocking > 0) return `${plural(blocking, "fault")} to mend${result.mode === "observe" ? "" : " before this can be merged"}`;
  if (result.releases.length === 0) return "Nothing changes on any hub";
  if (verdictOf(result) === "could-not") return "Part of this pull request could not be checked";
  if (verdictOf(result) === "refused") return "The cluster would refuse part of this";
  const moving = result.releases.filter((release) => release.diff);
  if (moving.length === 0) return `${nameHubs(result.releases, write)}: no longer in git; what runs there stays`;
  const reasons = reasonsToName(moving).map((reason) => write(shorten(reason, REASONS_LIMIT)));
  const what =
    reasons.length > 0 ? reasons.join("; ") : `${plural(moving.length, "release")} ${moving.length === 1 ? "changes" : "change"}`;
  return `${nameHubs(moving, write)}: ${what} on ${inOrder(environmentsOf(result))}`;
}

function nameHubs(releases: readonly PreviewRelease[], write: (text: string) => string): string {
  const hubs = [...new Set(releases.map((release) => release.hubTitle))];
  return hubs.length <= NAMED_HUBS ? hubs.map((hub) => write(hub)).join(", ") : `${hubs.length} hubs`;
}

const NAMED_HUBS = 3;

/** The environments in which something moves. */
function environmentsOf({ environments, releases }: PreviewResult): string[] {
  return environments.filter((environment) => releases.some((release) => release.environment === environment && release.diff));
}

/** Those of all releases, or all that there are when they are few. */
function reasonsToName(releases: readonly PreviewRelease[]): string[] {
  const all = [...new Set(releases.flatMap((release) => release.reasons))];
  const common = all.filter((reason) => releases.every((release) => release.reasons.includes(reason)));
  if (common.length > 0) return common.slice(0, 2);
  return all.length <= NAMED_REASONS ? all : [];
}

const NAMED_REASONS = 3;

function body(result: PreviewResult): string[] {
  if (result.couldNot)
    return [
      `**${escapeMarkdown(result.couldNot.what)}** ${escapeMarkdown(result.couldNot.why)}`,
      `**What to do:** ${escapeMarkdown(result.couldNot.fix)} (\`${result.couldNot.code}\`)`,
    ];
  const broken = result.releases.filter((release) => release.couldNot);
  const isCalm = result.releases.length === 0 && verdictOf(result) === "pass";
  return [
    ...(isCalm ? ["No release gets other inputs by this pull request, so its merge deploys nothing."] : []),
    ...(result.findings.length > 0 ? [findingsList(result.findings)] : []),
    ...(broken.length > 0 ? [brokenList(broken)] : []),
    ...obstacleList(result.releases),
    ...(result.releases.length > 0 ? [releaseTable(result)] : []),
  ];
}

function obstacleList(releases: readonly PreviewRelease[]): string[] {
  const { text, left } = takeParts(
    [...releases.flatMap((release) => describeObstacles(release)), ...releases.flatMap((release) => describeNotes(release))],
    LIST_LIMIT_BYTES,
    "\n",
  );
  const rest = left > 0 ? `\n- … and ${left} more in the diff checks.` : "";
  return text === "" ? [] : [text + rest];
}

function findingsList(findings: readonly Finding[]): string {
  const isMixed = findings.some((finding) => finding.severity === "block");
  const items = findings.slice(0, FINDINGS_SHOWN).map((finding) => describeFinding(finding, isMixed));
  const { text, left } = takeParts(items, LIST_LIMIT_BYTES, "\n");
  const more = left + findings.length - items.length;
  const rest = more > 0 ? `- … and ${more} more in the details of the check “campanile / config”.` : "";
  // Findings come worst first, so the remarks follow the faults.
  const heading = isMixed
    ? ""
    : `${plural(findings.length, "remark")} that ${findings.length === 1 ? "does" : "do"} not stop the merge:
`;
  return [heading, text, rest].filter(Boolean).join("\n");
}

function describeFinding(finding: Finding, isMixed: boolean): string {
  const { at, severity, what, why, fix } = finding;
  const mark = isMixed && severity !== "block" ? "_Remark._ " : "";
  return `- ${mark}**${escapeMarkdown(at.file)}, line ${at.line}:** ${escapeMarkdown(what)} ${escapeMarkdown(why)}\n  **What to do:** ${escapeMarkdown(fix)} (${codeOf(finding)})`;
}

function brokenList(releases: readonly PreviewRelease[]): string {
  const parts = releases.flatMap(({ releaseId, couldNot }) =>
    couldNot
      ? [
          `**${escapeMarkdown(releaseId)} could not be rendered.** ${escapeMarkdown(couldNot.what)} ${escapeMarkdown(couldNot.why)}\n**What to do:** ${escapeMarkdown(couldNot.fix)} (\`${couldNot.code}\`)`,
        ]
      : [],
  );
  const { text, left } = takeParts(parts, LIST_LIMIT_BYTES);
  return [text, left > 0 ? `${plural(left, "more release")} could not be rendered; the diff checks say why.` : ""]
    .filter(Boolean)
    .join("\n\n");
}

/** What a release that could be rendered will see of the change, in one cell of a table. */
export function effectOf({ diff, impact, isBaseBroken }: PreviewRelease): string {
  // Campanile never uninstalls.
  if (!diff) return "stays as it runs; whoever runs the cluster removes it";
  const what = isBaseBroken ? "can be rendered again, which it cannot without this change" : countChanges(diff);
  return [what, ...(impact ? [describeImpact(impact)] : [])].join("; ");
}

/** What is the same of several releases is one row. */
export function releaseRows(releases: readonly PreviewRelease[]): { ids: string[]; why: string; effect: string }[] {
  const rows = new Map<string, { ids: string[]; why: string; effect: string }>();
  for (const release of releases) {
    const why = shorten(release.reasons.join("; "), REASONS_LIMIT);
    const effect = release.couldNot ? "could not be rendered" : effectOf(release);
    const key = `${why}\n${effect}`;
    const row = rows.get(key) ?? { ids: [], why, effect };
    row.ids.push(release.releaseId);
    rows.set(key, row);
  }
  return [...rows.values()];
}

function releaseTable(result: PreviewResult): string {
  const rows = releaseRows(result.releases).map(({ ids, why, effect }) => [
    escapeMarkdown(ids.join(", ")),
    escapeMarkdown(why),
    effect,
  ]);
  const { left } = takeParts(
    rows.map((row) => row.join(" | ")),
    LIST_LIMIT_BYTES,
    "\n",
  );
  const shown = rows.slice(0, rows.length - left);
  const table = markdownTable([["Release", "Why", "In the cluster"], ...shown], { alignDelimiters: false });
  const cut = left > 0 ? `\n\n_${plural(left, "more release")} in the diff checks._` : "";
  return `${table}${cut}\n\n${describeShare(result)}`;
}

function describeShare({ releases, releasesInFleet }: PreviewResult): string {
  const touched = releases.filter((release) => release.diff || release.couldNot).length;
  if (touched === 0) return "Campanile changes nothing because of this.";
  const isUnseen = releases.some((release) => release.diff?.objects.length === 0 && !release.isBaseBroken);
  const share =
    touched >= releasesInFleet
      ? `**That is every release of the fleet (${releasesInFleet}).**`
      : `${plural(touched, "release")} of ${releasesInFleet}; the others stay as they are.`;
  return isUnseen ? `${share} “No object changes” means none that shows without the keys of the secrets.` : share;
}

const DIFF_LIMIT_BYTES = 15_000;

/** Whether there is anything to unfold: a release may move without any object that shows it. */
export function hasDetails({ diff, effect }: PreviewRelease): boolean {
  return diff !== null && (diff.objects.length > 0 || (effect?.objects.length ?? 0) > 0);
}

function foldedDiff(group: readonly PreviewRelease[]): string {
  const [release] = group;
  if (!release?.diff) return "";
  const beyond = release.effect ? describeBeyond(release.diff, release.effect, DIFF_LIMIT_BYTES / 3) : "";
  const parts = [describeDiff(release.diff, DIFF_LIMIT_BYTES), beyond].filter(Boolean);
  return `<details><summary>What changes in ${escapeMarkdown(nameGroup(group))}</summary>\n\n${parts.join("\n\n")}\n\n</details>`;
}

/** The first environment follows no other: it is deployed at once. */
function onMerge(result: PreviewResult, promotions: readonly string[]): string {
  const { environments } = result;
  const touched = environmentsOf(result);
  const first = environments.indexOf(touched[0] ?? "");
  const before = first > 0 ? [`${environments[first - 1]} stays as it is`] : [];
  const steps = touched.map((environment) => {
    const index = environments.indexOf(environment);
    return `${environment} ${index === 0 ? "is deployed at once" : (promotions[index] ?? "follows")}`;
  });
  const caution = steps.length > 1 ? ` If ${touched[0]} fails, ${inOrder(touched.slice(1))} is not touched.` : "";
  return `**On merge:** ${[...before, ...steps].join("; ")}.${caution}`;
}

/** What all of this was found out from. */
export function footer(result: PreviewResult): string {
  const [base, head] = [result.baseSha.slice(0, 7), result.headSha.slice(0, 7)];
  return result.releases.some((release) => release.diff)
    ? `Campanile rendered ${base} and ${head}, compared the two, and ${askedOf(result)}. Secret values are never shown.`
    : `Campanile looked at ${head} on top of ${base}.`;
}

function askedOf({ releases, isFork }: PreviewResult): string {
  const bases = new Set(releases.filter(({ diff }) => diff).map(({ basis }) => basis));
  if (!bases.has("recorded") && !bases.has("none")) return "asked the cluster what a rollout would do";
  const why = isFork ? ": this pull request comes from a fork" : "";
  return bases.has("recorded")
    ? `used what it knew of the cluster from before, without asking it${why}`
    : `asked no cluster, so what charts look up there is missing${why}`;
}
