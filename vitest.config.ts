import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: ["test/world/start-shared-world.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Most of a story is waiting for real programs, which need the cores more than another story does.
    maxWorkers: 2,
  },
});
