import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The stories take minutes and the rest seconds: with the long ones first, no worker is left alone with one at the end.
 * The files of the real node wait for each other, and for most of their time for hubs: they are spread, so that others run beside each.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => LONGEST.findIndex((part) => moduleId.includes(part));
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** In which order the first of these that a file's path holds is run. */
const LONGEST = [
  "/test/stories/crash-at-each-step",
  "/test/real-node/rollout-journey",
  "/test/stories/",
  "/test/real-node/journey",
  "/test/local/",
  "/test/fuzz/",
  "/test/real-node/",
  "/test/",
];

/** Set by `npm test -- --node KIND`. Some tests of the real node take many minutes, so whoever wants them asks. */
const isRealNodeAsked = ["real", "both"].includes(process.env.CAMPANILE_NODE ?? "");

export default defineConfig({
  test: {
    exclude: isRealNodeAsked ? configDefaults.exclude : [...configDefaults.exclude, "**/*.long.test.ts"],
    globalSetup: ["test/world/start-shared-world.ts"],
    // Each wait of a story gives up earlier and says what did not happen; a story has several.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // Most of a story is waiting for real programs, which need the cores more than another story does.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
