import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../local/world/make-folder.ts";
import { hostState } from "./host-state.ts";
import { FIRST_START_LIMIT_MS, onRealNode } from "./where-possible.ts";

const START = path.resolve(import.meta.dirname, "../../app/local/start.ts");

onRealNode("the story of npm start on a real node", () => {
  test(
    "Campanile deploys hubs that run, and brings a new image to both environments",
    async () => {
      const { dir, remove } = await makeFolder();
      onTestFinished(remove);
      const before = await hostState(path.join(dir, "world"));
      const { stdout, exitCode } = await execa(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", START, "--once", "--node", "real", "--dir", dir],
        { reject: false, stdin: "ignore" },
      );
      expect(stdout).toContain("World       Nodes: one real, with containers in namespaces of its own");
      for (const environment of ["staging", "prod"])
        for (const title of ["A server starts", "A kernel runs and imports", "The work is there tomorrow"])
          expect(stdout).toMatch(new RegExp(`Student +✓ data8-${environment}: ${title}, in \\d+\\.\\d s\n`));
      expect(stdout).toMatch(/data8-prod: new servers get registry\.campanile\.example\/user-data8:2026\.11\.2 \(sha256:/);
      expect(stdout.split("\n").at(-1)).toMatch(/^story: ok in /);
      expect(exitCode).toBe(0);
      expect(await hostState(path.join(dir, "world"))).toEqual(before);
    },
    FIRST_START_LIMIT_MS,
  );
});
