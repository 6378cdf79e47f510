import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";

const PROJECT = path.resolve(import.meta.dirname, "../..");
const PASSING = 'test("passes", () => {});';

test.each([
  ["all pass", PASSING, "1 passed, 0 failed", 0],
  [
    "one fails and one is skipped",
    `${PASSING}\ntest("fails", () => { throw new Error("no"); });\ntest.skip("later", () => {});`,
    "1 passed, 1 failed, 1 skipped",
    1,
  ],
  ["an error outside of any test", `${PASSING}\nPromise.reject(new Error("nobody waits for me"));`, "1 passed, 1 failed", 1],
  ["a file that cannot be loaded", 'import "./nowhere.ts";', "0 passed, 1 failed", 1],
  ["nothing but skipped tests", 'test.skip("later", () => {});', "0 passed, 0 failed, 1 skipped", 1],
  ["no tests at all", undefined, "0 passed, 0 failed", 1],
])(
  "the last line and the exit code when %s",
  async (_title, body, lastLine, exitCode) => {
    const root = await project(body);
    const run = await execa(process.execPath, [path.join(PROJECT, "tools/run-tests.ts"), "--root", root], {
      env: { NO_COLOR: "1" },
      stdin: "ignore",
      reject: false,
    });
    const lines = run.stdout.split("\n");
    expect(lines.at(-1)).toBe(lastLine);
    expect(lines.filter((line) => /^\d+ passed, /.test(line))).toHaveLength(1);
    expect(run.exitCode).toBe(exitCode);
  },
  60_000,
);

async function project(body: string | undefined): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "campanile-run-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(path.join(root, "test"));
  await symlink(path.join(PROJECT, "node_modules"), path.join(root, "node_modules"));
  if (body !== undefined) await writeFile(path.join(root, "test/a.test.ts"), `import { test } from "vitest";\n${body}\n`);
  return root;
}
