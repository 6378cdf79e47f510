import type { Report } from "../../app/cli/validate/format-findings.ts";
import type { Explanation } from "../../app/domain/errors.ts";
import { describeFinding } from "../../app/report/check-outputs.ts";
import { escapeMarkdown, plural, takeParts } from "../../app/report/markdown.ts";
import { ANNOTATIONS_LIMIT } from "./annotate.ts";

/** GitHub takes 1 MiB from a step and shows nothing of a longer one; the rest is for what is said besides the list. */
const LIST_LIMIT_BYTES = 900_000;

/** What somebody reads who follows the red mark: can this be merged, and what is to be done. */
export function stepSummary({ findings, hubs, isJudged }: Report, couldNot: readonly Explanation[]): string {
  const { text, left } = takeParts(findings.map(describeFinding), LIST_LIMIT_BYTES);
  const blocks = findings.filter((finding) => finding.severity === "block").length;
  const remarks = findings.length - blocks;
  const parts = [
    ...(couldNot.length > 0 ? [couldNotSummary(couldNot)] : []),
    blocks > 0
      ? `### ${plural(blocks, "fault")} to mend${remarks > 0 ? `, ${plural(remarks, "remark")} to read` : ""}`
      : remarks > 0
        ? `### Nothing blocks; ${plural(remarks, "remark")} to read`
        : `### No faults found in ${plural(hubs, "hub")}`,
    ...(isJudged ? [] : ["Some files cannot be read. The rules can look at the fleet once they can."]),
    ...(findings.length > 0
      ? [`At most ${ANNOTATIONS_LIMIT} of each kind are marked on their lines, as many as GitHub shows of one step. All of them:`]
      : []),
    text,
    ...(left > 0 ? [`_${plural(left, "more finding")} did not fit; they are in the log of this step._`] : []),
  ];
  return parts.filter(Boolean).join("\n\n");
}

export function couldNotSummary(reasons: readonly Explanation[]): string {
  const list = reasons.map(
    ({ what, why, fix, code }) =>
      `- **${escapeMarkdown(what)}** ${escapeMarkdown(why)}\n  **What to do:** ${escapeMarkdown(fix)} (\`${code}\`)`,
  );
  return `### Not everything could be evaluated\n\n${list.join("\n")}`;
}
