import type { FilePlace } from "../domain/finding.ts";
import {
  type Annotation,
  type CheckReport,
  couldNotCheck,
  FIELD_LIMIT_BYTES,
  MESSAGE_LIMIT,
  TITLE_LIMIT,
} from "./check-outputs.ts";
import { describeObstacles } from "./describe-effect.ts";
import { describeNotes } from "./describe-impact.ts";
import { cutPages, type DiffPage, diffBlocks, LINKS_BYTES, PAGES_LIMIT } from "./diff-pages.ts";
import { groupAlike } from "./group-alike.ts";
import { byteLength, clean, escapeMarkdown, fence, oneLine, plural, shorten, takeParts } from "./markdown.ts";
import { effectOf, hasDetails, releaseRows } from "./preview-comment.ts";
import { type PreviewRelease, type PreviewResult, verdictOf } from "./preview-result.ts";
import { resultJson } from "./result-json.ts";

/** The check with the verdict, whose text is the first page of the diff, and the pages after it. */
export interface DiffReport extends CheckReport {
  morePages?: DiffPage[];
}

/** `campanile / diff (<environment>)`: what would change there? */
export function diffCheck(result: PreviewResult, environment: string): DiffReport {
  const verdict = verdictOf(result, environment);
  if (result.couldNot) return couldNotCheck(result.couldNot);
  if (verdict === "blocked")
    return {
      conclusion: "failure",
      title: "Could not be checked: the files have faults",
      summary: `Mend the faults that the check “campanile / config” lists. Until then nothing is rendered, and what would change on ${escapeMarkdown(environment)} is not known.`,
      annotations: [],
    };
  const releases = result.releases.filter((release) => release.environment === environment);
  const broken = releases.filter((release) => release.couldNot);
  const obstacles = [
    ...releases.flatMap((release) => describeObstacles(release)),
    ...releases.flatMap((release) => describeNotes(release)),
  ];
  const rows = releases.map(describeRelease);
  const machine = releases.length > 0 ? resultJson(releases) : "";
  const { pages, isCut } = cutPages(groupAlike(releases.filter(hasDetails)).flatMap(diffBlocks), {
    first: PAGE_BYTES - byteLength(machine) - LINKS_BYTES,
    other: PAGE_BYTES,
  });
  if (isCut) pages.push(`${pages.pop() ?? ""}\n\n${moreByCommand(result, environment)}`);
  const [first, ...others] = pages;
  const text = [first, machine].filter(Boolean).join("\n\n");
  return {
    conclusion: verdict === "pass" ? "success" : "failure",
    title:
      broken.length > 0
        ? `${plural(broken.length, "release")} could not be rendered`
        : verdict !== "pass"
          ? verdict === "refused"
            ? "The cluster would refuse this"
            : "Part of this could not be looked at"
          : releases.length === 0
            ? `Nothing changes on ${environment}`
            : countMoves(releases, environment),
    summary:
      rows.length === 0
        ? `No release of ${environment} gets other inputs by this pull request.`
        : listRows([...obstacles, ...rows]),
    ...(text === "" ? {} : { text }),
    annotations: annotateCauses(releases),
    ...(others.length === 0
      ? {}
      : { morePages: others.map((page, index) => pageOf(result, environment, page, index + 2, pages.length)) }),
  };
}

/** The rest is for what is said of a cut. */
const PAGE_BYTES = FIELD_LIMIT_BYTES - 500;

function pageOf({ headSha, baseSha }: PreviewResult, environment: string, text: string, number: number, count: number): DiffPage {
  const where = `what would change on ${escapeMarkdown(environment)}`;
  return {
    number,
    title: `Page ${number} of ${count}`,
    summary: `This is page ${number} of ${count} of ${where} by ${headSha.slice(0, 7)} on top of ${baseSha.slice(0, 7)}. The verdict and the first page are in the check “campanile / diff (${escapeMarkdown(environment)})”.`,
    text,
  };
}

function moreByCommand({ headSha, baseSha, releases }: PreviewResult, environment: string): string {
  const live = releases.some(({ basis }) => basis === "live") ? " --live" : "";
  const command = `campanile diff --base ${baseSha.slice(0, 12)} --head ${headSha.slice(0, 12)} --env ${environment}${live}`;
  return `**The diff goes on, but not on more than ${PAGES_LIMIT} pages.** All of it, in a clone that has both commits:\n${fence(command, "sh")}`;
}

/** On each line that gives releases other values: which ones, and what that means for them. */
function annotateCauses(releases: readonly PreviewRelease[]): Annotation[] {
  const lines = new Map<string, { at: FilePlace; paths: Set<string>; releases: Set<PreviewRelease> }>();
  for (const release of releases.filter(({ diff }) => diff)) {
    for (const { at, path } of release.causes) {
      const key = `${at.file}:${at.line}`;
      const line = lines.get(key) ?? { at, paths: new Set(), releases: new Set() };
      line.paths.add(path);
      line.releases.add(release);
      lines.set(key, line);
    }
  }
  return [...lines.values()].slice(0, CAUSES_LIMIT).map(({ at, paths, releases: touched }) => ({
    path: at.file,
    start_line: at.line,
    end_line: at.line,
    annotation_level: "notice",
    title: shorten(oneLine([...touched].map(({ releaseId }) => releaseId).join(", ")), TITLE_LIMIT),
    message: shorten(
      clean(
        [
          `Changes ${[...paths].slice(0, PATHS_NAMED).join(", ")}.`,
          ...releaseRows([...touched]).map(({ ids, effect }) => `${ids.join(", ")}: ${effect}.`),
        ].join("\n"),
      ),
      MESSAGE_LIMIT,
    ),
  }));
}

/** One call takes so many, and who changes more lines than that reads the comment. */
const CAUSES_LIMIT = 50;
const PATHS_NAMED = 5;

function countMoves(releases: readonly PreviewRelease[], environment: string): string {
  const moving = releases.filter((release) => release.diff).length;
  const leaving = releases.length - moving;
  const left = `${plural(leaving, "release")} of ${environment} ${leaving === 1 ? "is" : "are"} no longer in git`;
  const moves = `${plural(moving, "release")} of ${environment} ${moving === 1 ? "changes" : "change"}`;
  return [...(moving > 0 ? [moves] : []), ...(leaving > 0 ? [left] : [])].join(", ");
}

function describeRelease(release: PreviewRelease): string {
  const name = `- **${escapeMarkdown(release.releaseId)}** (${escapeMarkdown(release.reasons.join("; "))}): `;
  if (!release.couldNot) return name + effectOf(release);
  const { what, why, fix, code } = release.couldNot;
  return `${name}${escapeMarkdown(what)} ${escapeMarkdown(why)}\n  **What to do:** ${escapeMarkdown(fix)} (\`${code}\`)`;
}

function listRows(rows: readonly string[]): string {
  const { text, left } = takeParts(rows, FIELD_LIMIT_BYTES, "\n");
  return [text, left > 0 ? `- … and ${plural(left, "more release")}.` : ""].filter(Boolean).join("\n");
}
