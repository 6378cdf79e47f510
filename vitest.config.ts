import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: ["test/world/start-shared-world.ts"],
    // Each wait of a story gives up earlier and says what did not happen; a story has several.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // Most of a story is waiting for real programs, which need the cores more than another story does.
    maxWorkers: 2,
  },
});
