import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The stories take minutes and the rest seconds: with the long ones first, no worker is left alone with one at the end. */
class StoriesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => LONGEST.findIndex((part) => moduleId.includes(part));
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const LONGEST = ["/test/stories/crash-at-each-step", "/test/fuzz/", "/test/stories/", "/test/local/", "/test/"];

/** Set by `npm test -- --node KIND`. Tests of the real node build images for minutes at their first run, so whoever wants them asks. */
const isRealNodeAsked = ["real", "both"].includes(process.env.CAMPANILE_NODE ?? "");

export default defineConfig({
  test: {
    exclude: isRealNodeAsked ? configDefaults.exclude : [...configDefaults.exclude, "**/real-node/**"],
    globalSetup: ["test/world/start-shared-world.ts"],
    // Each wait of a story gives up earlier and says what did not happen; a story has several.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // Most of a story is waiting for real programs, which need the cores more than another story does.
    maxWorkers: 3,
    sequence: { sequencer: StoriesFirst },
  },
});
