import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { test as base, expect, vi } from "vitest";

const PROJECT = path.resolve(import.meta.dirname, "../..");

// Each starts several processes, on machines of any speed.
vi.setConfig({ testTimeout: 30_000 });

/** A clone with nothing installed: the bootstrap, a lock file without packages, and an npm that this test controls. */
interface Clone {
  root: string;
  env: Record<string, string>;
  /** Resolves when npm has been started and waits; it goes on when something is written to it. */
  npm: () => Promise<Socket>;
  npmRuns: () => number;
}

const test = base.extend<{ clone: Clone }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the fixture's needs from this pattern.
  clone: async ({}, use) => {
    const root = await mkdtemp(path.join(tmpdir(), "campanile-clone-"));
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    let runs = 0;
    server.on("connection", (socket) => {
      runs += 1;
      socket.on("error", () => {});
    });
    const address = server.address();
    await writeClone(root, typeof address === "object" && address !== null ? address.port : 0);
    const env = { PATH: `${path.join(root, "machine")}${path.delimiter}${process.env.PATH}` };
    await use({ root, env, npm: async () => (await once(server, "connection"))[0], npmRuns: () => runs });
    server.close();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  },
});

test("a machine that lacks everything is told all of it at once, each with the command that installs it", async () => {
  const result = await execa(process.execPath, [path.join(PROJECT, "tools/bootstrap.mjs"), "app/local/start.ts"], {
    env: { PATH: "" },
    reject: false,
  });
  expect(result.exitCode).toBe(1);
  for (const name of ["npm", "git", "python3"])
    expect(result.stderr).toMatch(new RegExp(`^ {2}${name}\n {4}install it: .*${name}`, "m"));
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.stdout).toBe("");
});

test("two runs on a fresh clone install the packages once, and the next run installs nothing", async ({ clone }) => {
  const arrival = clone.npm();
  const first = bootstrap(clone, "script.mjs", "first");
  const npm = await arrival;
  const second = bootstrap(clone, "script.mjs", "second");
  await seen(second, "another run");
  npm.write("install");
  const results = await Promise.all([first, second]);
  expect(results.map(({ stdout }) => stdout)).toEqual(["ran with first", "ran with second"]);
  expect((await bootstrap(clone, "script.mjs", "third")).stdout).toBe("ran with third");
  expect(clone.npmRuns()).toBe(1);
});

test("where NODE_ENV is production, the Node that the project brings is installed all the same", async ({ clone }) => {
  const arrival = clone.npm();
  const run = bootstrap({ ...clone, env: { ...clone.env, NODE_ENV: "production" } }, "script.mjs", "it");
  (await arrival).write("install");
  expect((await run).stdout).toBe("ran with it");
});

test("a lock file that changed is installed again", async ({ clone }) => {
  await installed(clone);
  await writeFile(path.join(clone.root, "package-lock.json"), '{"packages":{"":{},"node_modules/new":{"version":"1.0.0"}}}');
  await installed(clone);
  expect(clone.npmRuns()).toBe(2);
});

test("what a person installed by hand is taken as it is when it fits the lock file", async ({ clone }) => {
  await installed(clone);
  await rm(path.join(clone.root, "node_modules/.campanile-stamp"));
  await writeFile(path.join(clone.root, "node_modules/.package-lock.json"), '{"packages":{}}');
  expect((await bootstrap(clone, "script.mjs", "again")).stdout).toBe("ran with again");
  expect(clone.npmRuns()).toBe(1);
});

test("after a run that was killed while it installed, the next waits for the npm it left, then installs anew", async ({
  clone,
}) => {
  const arrival = clone.npm();
  const killed = bootstrap(clone, "script.mjs");
  const orphan = await arrival;
  killed.kill("SIGKILL");
  const nextArrival = clone.npm();
  const next = bootstrap(clone, "script.mjs", "next");
  await seen(next, "another run");
  expect(clone.npmRuns()).toBe(1);
  orphan.destroy();
  await killed;
  (await nextArrival).write("install");
  expect((await next).stdout).toBe("ran with next");
});

test("an installation that fails is said in words, and the script is not run", async ({ clone }) => {
  const arrival = clone.npm();
  const run = bootstrap(clone, "script.mjs");
  (await arrival).write("fail");
  const result = await run;
  expect([result.exitCode, result.stdout]).toEqual([1, ""]);
  expect(result.stderr).toContain("npm ci failed (exit code 3)");
});

test("a machine without the library that the project's Node needs is told so before anything is installed", async ({ clone }) => {
  await lackLibatomic(clone);
  const result = await bootstrap(clone, "script.mjs");
  expect([result.exitCode, result.stdout]).toEqual([1, ""]);
  expect(result.stderr).toMatch(/no libatomic\.so\.1, .*Install it: .*(libatomic|gcc-libs)/);
  expect(clone.npmRuns()).toBe(0);
});

test.runIf(process.getuid?.() === 0)("root gets that library from apt", async ({ clone }) => {
  const got = await lackLibatomic(clone);
  await writeProgram(path.join(clone.root, "machine/apt-get"), `[ "$1" = update ] || echo "$@" > "${got}"`);
  await installed(clone);
  expect(await readFile(got, "utf8")).toBe("install --yes --no-install-recommends libatomic1\n");
});

test("the script's exit code, its working directory and a signal are handed on", async ({ clone }) => {
  await installed(clone);
  const run = bootstrap(clone, "stops-when-told.mjs");
  await seen(run, "ready");
  run.kill("SIGTERM");
  expect((await run).exitCode).toBe(7);
  expect((await run).stdout).toContain(PROJECT);
});

test("Node is bound in its memory, unless whoever starts it says otherwise", async ({ clone }) => {
  await installed(clone);
  const script = path.join(clone.root, "tools/bootstrap.mjs");
  // These tests are run by the bootstrap too.
  const env = { ...process.env, ...clone.env, MALLOC_ARENA_MAX: undefined };
  const boundsOf = async (more: Record<string, string>) =>
    (await execa(process.execPath, [script, "bounds.mjs"], { extendEnv: false, env: { ...env, ...more } })).stdout;
  expect(await boundsOf({})).toMatch(/^2 .*--max-old-space-size=\d+/);
  expect(await boundsOf({ MALLOC_ARENA_MAX: "8" })).toMatch(/^8 /);
});

test("npm that is killed takes what it started along, although it can hand on no signal", async ({ clone }) => {
  await installed(clone);
  const script = path.join(clone.root, "tools/bootstrap.mjs");
  const start = `require("node:child_process").spawn(process.execPath, [${JSON.stringify(script)}, "stops-when-told.mjs"], { stdio: "inherit" })`;
  const npm = runNode(["--eval", start], clone.root, { ...clone.env, npm_lifecycle_event: "start" });
  await seen(npm, "ready");
  npm.kill("SIGKILL");
  // Its output ends when nobody is left who could write to it.
  expect((await npm).all).toContain("told to stop");
});

function bootstrap(clone: Clone, ...args: string[]) {
  return runNode([path.join(clone.root, "tools/bootstrap.mjs"), ...args], PROJECT, clone.env);
}

function runNode(args: readonly string[], cwd: string, env: Record<string, string>) {
  return execa(process.execPath, args, { cwd, env, stdin: "ignore", all: true, reject: false });
}

async function installed(clone: Clone): Promise<void> {
  const arrival = clone.npm();
  const run = bootstrap(clone);
  (await arrival).write("install");
  expect((await run).exitCode).toBe(0);
}

/** Resolves when the run has said the words, and fails when it ends without them. */
async function seen(run: ReturnType<typeof bootstrap>, words: string): Promise<void> {
  let text = "";
  const said = new Promise<void>((resolve) => {
    run.all.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes(words)) resolve();
    });
  });
  const ended = run.then(() => {
    if (!text.includes(words)) throw new Error(`it ended without saying "${words}": ${text}`);
  });
  await Promise.race([said, ended]);
}

async function writeClone(root: string, port: number): Promise<void> {
  await mkdir(path.join(root, "machine"));
  await cp(path.join(PROJECT, "tools/bootstrap.mjs"), path.join(root, "tools/bootstrap.mjs"));
  await cp(path.join(PROJECT, "tools/set-up"), path.join(root, "tools/set-up"), { recursive: true });
  await writeFile(path.join(root, "package-lock.json"), '{"packages":{"":{}}}');
  await writeFile(path.join(root, "script.mjs"), 'console.log("ran with", ...process.argv.slice(2));\n');
  await writeFile(
    path.join(root, "stops-when-told.mjs"),
    'process.on("SIGTERM", () => { console.log("told to stop"); process.exit(7); });\nsetInterval(() => {}, 1000);\nconsole.log("ready in", process.cwd());\n',
  );
  await writeFile(path.join(root, "bounds.mjs"), "console.log(process.env.MALLOC_ARENA_MAX, ...process.execArgv);\n");
  const npm = path.join(root, "machine", "npm");
  await writeFile(
    npm,
    `#!${process.execPath}
const { mkdirSync, rmSync, symlinkSync } = require("node:fs");
const socket = require("node:net").connect(${port}, "127.0.0.1");
socket.on("error", () => {});
socket.once("data", (word) => {
  socket.destroy();
  if (String(word) === "fail") return process.exit(3);
  rmSync("node_modules", { recursive: true, force: true });
  mkdirSync("node_modules/.bin", { recursive: true });
  // As npm does; Node is a development package here.
  if (process.env.NODE_ENV === "production" && !process.argv.includes("--include=dev")) return;
  symlinkSync(process.execPath, "node_modules/.bin/node");
});
`,
  );
  await chmod(npm, 0o755);
}

/**
 * The loader's words where it finds no such library, and an apt that gets nothing.
 * @returns the file with which it is there
 */
async function lackLibatomic({ root }: Clone): Promise<string> {
  const got = path.join(root, "libatomic");
  const words = "ERROR: ld.so: object 'libatomic.so.1' from LD_PRELOAD cannot be preloaded: ignored.";
  await writeProgram(path.join(root, "machine/true"), `[ -e "${got}" ] || echo "${words}" >&2`);
  await writeProgram(path.join(root, "machine/apt-get"), "exit 100");
  return got;
}

async function writeProgram(file: string, commands: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${commands}\n`);
  await chmod(file, 0o755);
}
