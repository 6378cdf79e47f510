import { describe } from "vitest";
import { mustRunRealNode } from "../../app/local/node/choose-node.ts";
import { findWhatIsMissing } from "../../app/local/node/what-is-missing.ts";

// Where they must run, set-up has installed what they need; elsewhere nobody asked for packages.
const missing = mustRunRealNode() ? [] : await findWhatIsMissing();

/** At the first time tools and images are built, which takes some minutes. */
export const FIRST_START_LIMIT_MS = 40 * 60_000;

/** Tests that need a real node: where it cannot be started they are reported as skipped, with the reason; in CI they fail there. */
export function onRealNode(title: string, tests: () => void): void {
  const reason = missing.length === 0 ? "" : ` (not run: ${missing.join("; ")})`;
  describe.skipIf(missing.length > 0)(`${title}${reason}`, tests);
}
