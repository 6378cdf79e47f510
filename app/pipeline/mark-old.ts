import type { Finding } from "../domain/finding.ts";
import { isWhole } from "../load/is-whole.ts";

/** What was wrong with the files before is told, but whoever changes something else is not stopped by it. */
export function markOld(findings: readonly Finding[], before: readonly Finding[]): Finding[] {
  const keys = new Set(before.map(keyOf));
  return findings.map((finding) => {
    if (!keys.has(keyOf(finding)) || !isWhole([finding])) return finding;
    const severity = finding.severity === "block" ? "warn" : finding.severity;
    return { ...finding, severity, what: `${finding.what} It was so before this change.`, isOld: true };
  });
}

/** Lines move, also those that the sentence speaks of. */
function keyOf({ code, at, what }: Finding): string {
  return `${code} ${at.file} ${what.replace(/\bline \d+/g, "line")}`;
}
