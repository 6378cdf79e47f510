import * as core from "@actions/core";
import type { Report } from "../../app/cli/validate/format-findings.ts";
import type { Finding, Severity } from "../../app/domain/finding.ts";
import { clean, shorten } from "../../app/report/markdown.ts";

/** GitHub shows so many of each level from one step and drops the others without a word. */
export const ANNOTATIONS_LIMIT = 10;
const MESSAGE_LIMIT = 4_000;

const WRITERS: Record<Severity, typeof core.error> = { block: core.error, warn: core.warning, info: core.notice };

/** Marks findings on their lines, the worst first. */
export function annotate({ findings, prefix }: Report): void {
  for (const [severity, write] of Object.entries(WRITERS))
    for (const finding of findings.filter((each) => each.severity === severity).slice(0, ANNOTATIONS_LIMIT))
      write(messageOf(finding), {
        title: finding.code,
        file: prefix + finding.at.file,
        startLine: finding.at.line,
        ...(finding.at.column === undefined ? {} : { startColumn: finding.at.column }),
      });
}

const messageOf = ({ what, why, fix }: Finding) => shorten(clean(`${what}\n${why}\n${fix}`), MESSAGE_LIMIT);
