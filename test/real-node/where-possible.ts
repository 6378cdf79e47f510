import { describe } from "vitest";
import { mustRunRealNode } from "../../app/local/node/choose-node.ts";
import { findWhatIsMissing } from "../../app/local/node/what-is-missing.ts";

const missing = mustRunRealNode() ? [] : await findWhatIsMissing();

/** Tests that need a real node: where it cannot be started they are reported as skipped, with the reason; in CI they fail there. */
export function onRealNode(title: string, tests: () => void): void {
  const reason = missing.length === 0 ? "" : ` (not run: ${missing.join("; ")})`;
  describe.skipIf(missing.length > 0)(`${title}${reason}`, tests);
}
