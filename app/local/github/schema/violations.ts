import type { Violation } from "./violation.ts";

export interface Violations {
  list: () => readonly Violation[];
  /** @throws {Error} when the server shall not go on after one */
  report: (violation: Violation | undefined) => void;
}

export function createViolations(onViolation: "throw" | "record"): Violations {
  const violations: Violation[] = [];
  return {
    list: () => violations,
    report(violation) {
      if (!violation) return;
      violations.push(violation);
      if (onViolation === "throw") {
        throw new Error(`${violation.of} does not fit GitHub's own description: ${violation.problems.join("; ")}`);
      }
    },
  };
}
