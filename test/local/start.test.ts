import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { descendantsOf, signalQuietly, stillRunning } from "./world/look-at-processes.ts";
import { makeFolder } from "./world/make-folder.ts";

const PROJECT = path.resolve(import.meta.dirname, "../..");
const worldFile = z.object({
  kubernetes: z.url(),
  processes: z.record(z.string(), z.number()),
  institution: z.object({ token: z.string(), campanileUrl: z.url() }),
});

test("a story that cannot be told to its end says what did not happen, ends with 1, and leaves nothing; a second world keeps out", async () => {
  const { dir, remove } = await makeFolder();
  onTestFinished(remove);
  const story = start(["--once", "--dir", dir]);
  await said(story, /^1\. The first push/);

  const file = path.join(dir, "world.json");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const world = worldFile.parse(JSON.parse(await readFile(file, "utf8")));
  const tree = await descendantsOf(story.pid ?? Number.NaN);
  expect(tree).toEqual(expect.arrayContaining(Object.values(world.processes)));

  const second = await start(["--world", "--dir", dir]);
  expect(second.exitCode).toBe(1);
  expect(second.stdout).toContain(`another one is using ${path.join(dir, "world")} (process ${story.pid})`);
  expect(second.stdout).not.toMatch(/^\s+at /m);
  expect((await fetch(new URL("/readyz", world.institution.campanileUrl))).status).toBe(200);

  signalQuietly(world.processes.kwok ?? Number.NaN, "SIGKILL");
  const { exitCode, stdout } = await story;
  expect(exitCode).toBe(1);
  expect(stdout.split("\n").at(-1)).toMatch(/^story: failed after [\d.]+ s: kwok ended by itself \(SIGKILL\)/);
  expect(await stillRunning(tree)).toEqual([]);
  await expect(stat(file)).rejects.toThrow("ENOENT");
});

test("when whatever started the world is killed and can hand on no signal, the world ends too", async () => {
  const { dir, remove } = await makeFolder();
  onTestFinished(remove);
  const bootstrap = run("tools/bootstrap.mjs", "test/local/world/small-world.ts", dir);
  await said(bootstrap, /^\{"pids"/);
  const tree = await descendantsOf(bootstrap.pid ?? Number.NaN);
  expect(tree.length).toBeGreaterThan(2);
  bootstrap.kill("SIGKILL");
  await vi.waitFor(async () => expect(await stillRunning(tree)).toEqual([]), { timeout: 8_000, interval: 50 });
});

test("an argument that does not exist is answered with those that do", async () => {
  const { exitCode, stderr } = await start(["--onec"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("Unknown option '--onec'");
  expect(stderr).toContain("npm start -- --once");
});

function start(args: readonly string[]) {
  return run("app/local/start.ts", ...args);
}

function run(...args: string[]) {
  const env = { NO_COLOR: "1" };
  return execa(process.execPath, args, { cwd: PROJECT, env, stdin: "ignore", reject: false, cleanup: false });
}

/** Resolves when the process has written a line that matches. @throws when it ends without */
async function said(running: ReturnType<typeof run>, pattern: RegExp): Promise<void> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    if (pattern.test(line)) return;
    lines.push(line);
  }
  throw new Error(`it ended without saying ${pattern}:\n${lines.join("\n")}\n${(await running).stderr}`);
}
