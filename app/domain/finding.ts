/** A place in the `deploy-config` repository that a person can open. Lines and columns count from 1. */
export interface FilePlace {
  file: string;
  line: number;
  column?: number;
}

/** How much a finding weighs: only `block` fails the check. */
export type Severity = "block" | "warn" | "info";

/**
 * One verdict of one rule, written for the author of the change.
 * `code` is stable; `what`, `why` and `fix` are sentences without Markdown and never carry a value that may be secret.
 */
export interface Finding {
  code: string;
  severity: Severity;
  what: string;
  why: string;
  fix: string;
  at: FilePlace;
  /** Address of the page that explains it, where the documents can be read somewhere. */
  page?: string;
  /** The base has it already: the change did not make it. */
  isOld?: true;
}

export function hasBlocking(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "block");
}

/** Each once, worst first, then by file and line, so that two runs say the same in the same order. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const weight: Record<Severity, number> = { block: 0, warn: 1, info: 2 };
  const unique = new Map(
    findings.map((finding) => [`${finding.at.file}:${finding.at.line} ${finding.code} ${finding.what}`, finding]),
  );
  return [...unique.values()].sort(
    (a, b) =>
      weight[a.severity] - weight[b.severity] ||
      a.at.file.localeCompare(b.at.file) ||
      a.at.line - b.at.line ||
      a.code.localeCompare(b.code),
  );
}
