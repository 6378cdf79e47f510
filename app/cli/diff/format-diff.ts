import pc from "picocolors";
import { diffLines } from "../../report/describe-diff.ts";
import { beyondLines, describeObstacles } from "../../report/describe-effect.ts";
import { describeNotes } from "../../report/describe-impact.ts";
import { groupAlike, nameGroup } from "../../report/group-alike.ts";
import { clean, oneLine } from "../../report/markdown.ts";
import { footer, hasDetails, headline, previewComment, releaseRows } from "../../report/preview-comment.ts";
import type { PreviewRelease, PreviewResult } from "../../report/preview-result.ts";
import type { Style } from "../../report/style.ts";
import { formatFindings } from "../validate/format-findings.ts";

export const DIFF_FORMATS = ["text", "markdown", "json"] as const;
export type DiffFormat = (typeof DIFF_FORMATS)[number];

/** @returns what goes to standard output, with its last end of line */
export function formatDiff(result: PreviewResult, promotions: readonly string[], format: DiffFormat): string {
  switch (format) {
    case "text":
      return asText(result);
    case "markdown":
      return `${previewComment(result, promotions)}\n`;
    case "json":
      return `${JSON.stringify(result, null, 2)}\n`;
  }
}

const TERMINAL: Style = { text: oneLine, strong: pc.bold };

function asText(result: PreviewResult): string {
  const { findings, couldNot, releases } = result;
  const trouble = [
    ...(couldNot ? [explain(couldNot)] : []),
    ...releases.flatMap((release) =>
      release.couldNot ? [`${pc.bold(oneLine(release.releaseId))}: ${explain(release.couldNot)}`] : [],
    ),
  ];
  const remarks = releases.flatMap((release) => [...describeObstacles(release, TERMINAL), ...describeNotes(release, TERMINAL)]);
  const rows = releaseRows(releases).map(
    ({ ids, why, effect }) => `${pc.bold(oneLine(ids.join(", ")))}\n  ${oneLine(why)}\n  ${effect}`,
  );
  const parts = [
    pc.bold(headline(result, oneLine)),
    formatFindings(findings).trimEnd(),
    ...trouble,
    remarks.join("\n"),
    ...rows,
    ...groupAlike(releases.filter(hasDetails)).map(describeGroup),
    pc.dim(footer(result)),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function explain({ what, why, fix }: { what: string; why: string; fix: string }): string {
  return `${oneLine(what)}\n  ${oneLine(why)}\n  ${pc.bold("→")} ${oneLine(fix)}`;
}

function describeGroup(group: readonly PreviewRelease[]): string {
  const [release] = group;
  if (!release?.diff) return "";
  const { diff, effect } = release;
  const beyond = effect ? beyondLines(diff, effect) : [];
  return [
    pc.bold(`In ${oneLine(nameGroup(group))}:`),
    ...diffLines(diff).map(colour),
    ...(beyond.length > 0 ? ["", "The rollout would also do this in the cluster:", ...beyond.map(colour)] : []),
  ].join("\n");
}

function colour(line: string): string {
  const text = `  ${clean(line)}`;
  if (line.startsWith("+")) return pc.green(text);
  if (line.startsWith("-")) return pc.red(text);
  return line.startsWith("#") ? pc.cyan(text) : text;
}
