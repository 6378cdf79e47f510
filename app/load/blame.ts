import type { FilePlace, Finding } from "../domain/finding.ts";

/** A finding that fails the check, in the words for its author. */
export function blame(at: FilePlace, words: Pick<Finding, "code" | "what" | "why" | "fix">): Finding {
  return { severity: "block", ...words, at };
}

export function missingFile(file: string, why: string): Finding {
  return blame(
    { file, line: 1 },
    { code: "missing-file", what: `There is no ${file}.`, why, fix: "Add the file; campanile init writes one as an example." },
  );
}
