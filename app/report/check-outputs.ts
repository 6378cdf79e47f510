import type { Explanation } from "../domain/errors.ts";
import type { Finding, Severity } from "../domain/finding.ts";
import { clean, codeOf, escapeMarkdown, oneLine, plural, shorten, takeParts } from "./markdown.ts";
import { headline } from "./preview-comment.ts";
import { type PreviewResult, verdictOf } from "./preview-result.ts";

/** What a check run shows. `annotations` may be more than GitHub takes in one call. */
export interface CheckReport {
  /** Neutral only where the fleet is observed. */
  conclusion: "success" | "failure" | "neutral";
  title: string;
  summary: string;
  text?: string;
  annotations: Annotation[];
}

export interface Annotation {
  path: string;
  start_line: number;
  end_line: number;
  annotation_level: "notice" | "warning" | "failure";
  title: string;
  message: string;
}

/** GitHub's limit is 65,535 for each field, counted in characters; bytes are never fewer. The rest is for what is said of a cut. */
export const FIELD_LIMIT_BYTES = 65_000;
/** Ten calls for one check. Nobody reads more, and a pull request must not use up an hour's worth of GitHub's API. */
const ANNOTATIONS_LIMIT = 500;
/** So many of the worst are worth a look before the whole list. */
const SUMMARY_FINDINGS = 5;
export const MESSAGE_LIMIT = 4_000;
/** A title is one line in a list of checks. */
export const TITLE_LIMIT = 200;
const LEVELS: Record<Severity, Annotation["annotation_level"]> = { block: "failure", warn: "warning", info: "notice" };

/** `campanile / config`: is what the files say right? */
export function configCheck(result: PreviewResult): CheckReport {
  if (result.couldNot) return couldNotCheck(result.couldNot);
  const { findings } = result;
  const blocking = findings.filter((finding) => finding.severity === "block");
  const title =
    blocking.length > 0
      ? `${plural(blocking.length, "fault")} to mend`
      : findings.length > 0
        ? plural(findings.length, "remark")
        : "No faults found";
  const { text, left } = takeParts(findings.map(describeFinding), FIELD_LIMIT_BYTES);
  const cut = `\n\n_This list is cut: ${plural(left, "more finding")} did not fit. To see all of them: ${AT_HOME}_`;
  return {
    conclusion: blocking.length > 0 ? "failure" : "success",
    title,
    summary: configSummary(findings, blocking),
    ...(text === "" ? {} : { text: left > 0 ? text + cut : text }),
    annotations: findings.slice(0, ANNOTATIONS_LIMIT).map(annotate),
  };
}

const AT_HOME = "`campanile validate --base origin/main --head HEAD` in a clone.";

/** For somebody who has a lab in ten minutes: can this be merged, what is worst, where to look. */
function configSummary(findings: readonly Finding[], blocking: readonly Finding[]): string {
  if (findings.length === 0) return "Every file of the fleet was read, and no rule has anything to say. Nothing to do here.";
  const remarks = findings.length - blocking.length;
  const verdict =
    blocking.length > 0
      ? `**This cannot be merged yet.** ${plural(blocking.length, "fault")} must be mended${remarks > 0 ? `; ${plural(remarks, "remark")} can wait` : ""}. Push the fix to this branch, and the check runs again.`
      : `**Nothing here stops the merge.** ${plural(remarks, "remark")} to read first.`;
  const worst = (blocking.length > 0 ? blocking : findings).slice(0, SUMMARY_FINDINGS);
  const more = (blocking.length > 0 ? blocking : findings).length - worst.length;
  const list = [
    ...worst.map(({ what, fix, at }) => `- ${placeOf(at)}: ${inBrief(what)} **→ ${inBrief(fix)}**`),
    ...(more > 0 ? [`- … and ${more} more, below.`] : []),
  ];
  const where =
    findings.length > ANNOTATIONS_LIMIT
      ? `The ${ANNOTATIONS_LIMIT} that matter most are marked on their lines`
      : "Each is marked on its line";
  return `${verdict}\n\n${list.join("\n")}\n\n${where}, under “Files changed” where this pull request touches the line, and else at the end of this page. To look before you push: ${AT_HOME}`;
}

/** `campanile`: the one to require. */
export function overallCheck(result: PreviewResult): CheckReport {
  if (result.couldNot) return couldNotCheck(result.couldNot);
  const verdict = verdictOf(result);
  const summary = {
    pass:
      result.releases.length === 0
        ? "This pull request can be merged; nothing will be rolled out."
        : "This pull request can be merged. The comment says what will happen then.",
    blocked: "Mend the faults that the check “campanile / config” lists, and push again.",
    refused: "The cluster would refuse part of this, so a rollout would fail. The comment and the diff checks say what and why.",
    "could-not": "At least one release could not be rendered, so nobody knows what a merge would do. The diff checks say why.",
  }[verdict];
  return {
    conclusion: verdict === "pass" ? "success" : "failure",
    title: shorten(headline(result, oneLine), TITLE_LIMIT),
    summary,
    annotations: [],
  };
}

/** “Could not evaluate” is a failure that says why: a check that passes because nobody looked is worse than none. */
export function couldNotCheck(explanation: Explanation): CheckReport {
  return explain(`Could not be checked: ${explanation.what}`, explanation);
}

/** `campanile / deploy` on a commit that was not deployed, or not to the end. */
export function couldNotDeploy(explanation: Explanation, title: string): CheckReport {
  return explain(title, explanation);
}

function explain(title: string, explanation: Explanation): CheckReport {
  return {
    conclusion: "failure",
    title: shorten(oneLine(title), TITLE_LIMIT),
    summary: `**${escapeMarkdown(explanation.what)}** ${escapeMarkdown(explanation.why)}\n\n**What to do:** ${escapeMarkdown(explanation.fix)} (\`${explanation.code}\`)`,
    annotations: [],
  };
}

/** What people are told of a bug of ours; the error itself is for the log alone. */
export function unexpectedFailure(): Explanation {
  return {
    code: "internal-error",
    what: "Campanile met an error of its own.",
    why: "The change itself may be fine; the details are in Campanile's log.",
    fix: "Push again, or ask whoever runs Campanile to redeliver the webhook.",
  };
}

const BRIEF_LIMIT = 300;

const inBrief = (text: string) => escapeMarkdown(shorten(oneLine(text), BRIEF_LIMIT));

const MARKS: Record<Severity, string> = { block: "❌", warn: "⚠️", info: "ℹ️" };

export function describeFinding(finding: Finding): string {
  return `${MARKS[finding.severity]} ${placeOf(finding.at)} (${codeOf(finding)})\n${escapeMarkdown(finding.what)} ${escapeMarkdown(finding.why)}\n**What to do:** ${escapeMarkdown(finding.fix)}`;
}

const placeOf = ({ file, line }: Finding["at"]) => `**${escapeMarkdown(file)}, line ${line}**`;

function annotate(finding: Finding): Annotation {
  return {
    path: finding.at.file,
    start_line: finding.at.line,
    end_line: finding.at.line,
    annotation_level: LEVELS[finding.severity],
    title: finding.code,
    message: shorten(clean(`${finding.what}\n${finding.why}\n${finding.fix}`), MESSAGE_LIMIT),
  };
}
