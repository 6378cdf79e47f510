import type { FilePlace } from "../domain/finding.ts";
import {
  type Annotation,
  type CheckReport,
  couldNotCheck,
  FIELD_LIMIT_BYTES,
  MESSAGE_LIMIT,
  TITLE_LIMIT,
} from "./check-outputs.ts";
import { describeDiff } from "./describe-diff.ts";
import { describeBeyond, describeObstacles } from "./describe-effect.ts";
import { describeNotes } from "./describe-impact.ts";
import { groupAlike, nameGroup } from "./group-alike.ts";
import { byteLength, clean, escapeMarkdown, oneLine, plural, shorten, takeParts } from "./markdown.ts";
import { effectOf, hasDetails, releaseRows } from "./preview-comment.ts";
import { type PreviewRelease, type PreviewResult, verdictOf } from "./preview-result.ts";
import { resultJson } from "./result-json.ts";

/** `campanile / diff (<environment>)`: what would change there? */
export function diffCheck(result: PreviewResult, environment: string): CheckReport {
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
  const parts = groupAlike(releases.filter(hasDetails)).map((group) => {
    const { diff, effect } = group[0] ?? { diff: null, effect: null };
    const beyond = diff && effect ? describeBeyond(diff, effect, FIELD_LIMIT_BYTES / 4) : "";
    const text = diff ? describeDiff(diff, (FIELD_LIMIT_BYTES * 3) / 4 - 1_000) : "";
    return [`#### ${escapeMarkdown(nameGroup(group))}`, text, beyond].filter(Boolean).join("\n\n");
  });
  const machine = releases.length > 0 ? resultJson(releases) : "";
  const { text: shown, left } = takeParts(parts, FIELD_LIMIT_BYTES - byteLength(machine) - 100);
  const cut = left > 0 ? `_${plural(left, "more diff")} not shown._` : "";
  const text = [shown, cut, machine].filter(Boolean).join("\n\n");
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
  };
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
