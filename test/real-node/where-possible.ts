import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { lock } from "proper-lockfile";
import { afterAll, beforeAll, describe } from "vitest";
import { mustRunRealNode } from "../../app/local/node/choose-node.ts";
import { findWhatIsMissing } from "../../app/local/node/what-is-missing.ts";
import { userCacheDir } from "../../tools/install-tools.ts";

// Where they must run, set-up has installed what they need; elsewhere nobody asked for packages.
const missing = mustRunRealNode() ? [] : await findWhatIsMissing();

/** At the first time tools and images are built, which takes some minutes. */
export const FIRST_START_LIMIT_MS = 40 * 60_000;

/**
 * Tests that need a real node, and perhaps more: where it cannot be started they are reported as skipped, with the reason; in CI they fail there.
 * One file of them runs at a time: they look at the whole machine for what a node leaves, and two nodes would be slow on it.
 */
export function onRealNode(title: string, tests: () => void, alsoMissing: readonly string[] = []): void {
  describeUnless([...missing, ...alsoMissing], title, tests);
}

/** The same for tests that need root to make somebody up who is not. */
export function onMadeUpUser(title: string, tests: () => void): void {
  const isRoot = process.getuid?.() === 0;
  const lacking = isRoot ? [] : ["only root can make up a user"];
  const programs = isRoot && !existsSync("/usr/bin/newuidmap") ? ["there is no newuidmap (apt-get install uidmap)"] : [];
  describeUnless([...missing, ...lacking, ...programs], title, tests);
}

function describeUnless(reasons: readonly string[], title: string, tests: () => void): void {
  const reason = reasons.length === 0 ? "" : ` (not run: ${reasons.join("; ")})`;
  describe.skipIf(reasons.length > 0)(`${title}${reason}`, () => {
    let release: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      release = await waitForTurn();
    }, FIRST_START_LIMIT_MS);
    afterAll(() => release?.());
    tests();
  });
}

async function waitForTurn(): Promise<() => Promise<void>> {
  const place = path.join(userCacheDir(), "real-node-tests");
  await mkdir(place, { recursive: true });
  // A machine that is busy with a node may keep this process from touching the lock for a while.
  return lock(place, { stale: 60_000, retries: { forever: true, minTimeout: 500, maxTimeout: 500 } });
}
