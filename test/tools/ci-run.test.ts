import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";

const PROJECT = path.resolve(import.meta.dirname, "../..");

test("when every check passes, the last line is the tests' own count, and the exit code 0", async () => {
  const { lines, exitCode } = await ciRun({});
  expect(lines.at(-1)).toBe("12 passed, 0 failed");
  expect(lines.filter((line) => /^\d+ passed/.test(line))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith("FAILED"))).toEqual([]);
  expect(exitCode).toBe(0);
});

test.each([
  ["tsc", "FAILED: types (exit code 3)"],
  ["biome", "FAILED: lint (exit code 3)"],
  ["knip", "FAILED: dead-code (exit code 3)"],
  ["actionlint", "FAILED: workflows (exit code 3)"],
  ["check-imports", "FAILED: imports (exit code 3)"],
  ["build-actions", "FAILED: actions (exit code 3)"],
])("when only %s fails, the others are done all the same, and the run fails", async (failing, told) => {
  const { lines, exitCode } = await ciRun({ failing });
  expect(lines.slice(-2)).toEqual([told, "12 passed, 0 failed"]);
  for (const name of ["types", "lint", "dead-code", "workflows", "imports", "actions", "tests"])
    expect(lines.some((line) => line.startsWith(`== ${name}: `))).toBe(true);
  expect(exitCode).toBe(1);
});

test.each([
  ["a test fails", { tests: "12 passed, 1 failed", testsExitCode: 1 }, ["FAILED: tests (exit code 1)", "12 passed, 1 failed"]],
  ["the tests end without a count", { tests: "Killed" }, ["FAILED: tests (ended without a count)", "0 passed, 0 failed"]],
  ["the set-up fails", { failing: "bootstrap" }, ["FAILED: set-up", "0 passed, 0 failed"]],
])("when %s, that is said before the count, and the run fails", async (_title, project, last) => {
  const { lines, exitCode } = await ciRun(project);
  expect(lines.slice(-2)).toEqual(last);
  expect(exitCode).toBe(1);
});

/** Runs the real `.ci/run` in a folder whose programs do nothing but end as they are told. */
async function ciRun({ failing = "", tests = "12 passed, 0 failed", testsExitCode = 0 }) {
  const root = await mkdtemp(path.join(tmpdir(), "campanile-ci-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const bin = path.join(root, "node_modules/.bin");
  await mkdir(bin, { recursive: true });
  await mkdir(path.join(root, ".ci"));
  await cp(path.join(PROJECT, ".ci/run"), path.join(root, ".ci/run"));
  const ending = (name: string) => `[ "$FAILING" = ${name} ] && exit 3`;
  const programs = {
    ...Object.fromEntries(["tsc", "biome", "knip", "actionlint"].map((name) => [name, `${ending(name)}\nexit 0`])),
    node: `case "$1" in
      tools/bootstrap.mjs) ${ending("bootstrap")} ;;
      tools/check-imports.ts) ${ending("check-imports")} ;;
      tools/build-actions.ts) ${ending("build-actions")} ;;
      tools/install-tools.ts) printf 'actionlint\\t%s\\n' "$PWD/node_modules/.bin/actionlint" ;;
    esac
    exit 0`,
    npm: `echo "a test says something"\necho "${tests}"\nexit ${testsExitCode}`,
  };
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  const env = { PATH: `${bin}${path.delimiter}${process.env.PATH}`, FAILING: failing };
  const { stdout, exitCode } = await execa("bash", [path.join(root, ".ci/run")], { env, stdin: "ignore", reject: false });
  return { lines: stdout.split("\n"), exitCode };
}
