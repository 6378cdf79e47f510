import type { Finding } from "../domain/finding.ts";

/** Faults that leave the files to be read as Helm reads them: what they say is known, though nobody meant it. */
const LEAVE_WHOLE = new Set(["duplicate-key", "unread-file"]);

/**
 * Whether the fleet can be planned and judged in spite of these findings. Otherwise one old duplicate key in one hub would
 * stop every pull request to all others, for as long as it is there.
 */
export function isWhole(findings: readonly Finding[]): boolean {
  return findings.every(({ severity, code }) => severity !== "block" || LEAVE_WHOLE.has(code));
}
