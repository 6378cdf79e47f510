import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { test as base, expect, onTestFinished } from "vitest";
import { ensureGo, type Go } from "../../tools/ensure-go.ts";
import { type GoTool, goToolDirectory, installGoTool } from "../../tools/install-go-tool.ts";

const PROJECT = path.resolve(import.meta.dirname, "../..");
const MAIN = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello from go") }\n';

const quiet = () => {};
const test = base.extend<{ tool: GoTool; go: Go }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the fixture's needs from this pattern.
  tool: async ({}, use) => {
    const directory = await mkdtemp(path.join(tmpdir(), "campanile-tools-"));
    await use(await writeTinyTool(directory, MAIN));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  },
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the fixture's needs from this pattern.
  go: async ({}, use) => {
    await use(
      await ensureGo(
        "1.26.0",
        path.join(process.env.XDG_CACHE_HOME ?? path.join(process.env.HOME ?? "", ".cache"), "campanile"),
        quiet,
      ),
    );
  },
});

test("a tool is built once, under the version that its go.mod names, and found afterwards", async ({ tool, go }) => {
  const told: string[] = [];
  await installGoTool(tool, { findGo: async () => go, onProgress: ({ state }) => told.push(state), position: "1 of 1" });
  const directory = await goToolDirectory(tool);
  expect(path.basename(directory)).toMatch(/^hello-1\.2\.3-[0-9a-f]{8}-(linux|darwin)-(amd64|arm64)$/);
  expect((await execa(path.join(directory, "hello"))).stdout).toBe("hello from go");
  expect([told.at(0), told.at(-1)]).toEqual(["started", "ended"]);
  await installGoTool(tool, { findGo: neverAsked, onProgress: quiet });
  expect(await toolsFolder(tool)).toEqual([path.basename(directory)]);
}, 60_000);

test("a command of our own that was changed is another tool", async ({ tool }) => {
  const before = await goToolDirectory(tool);
  expect(await goToolDirectory(tool)).toBe(before);
  await writeFile(path.join(tool.toolsDir, tool.name, "more.go"), "package main\n");
  expect(await goToolDirectory(tool)).not.toBe(before);
});

test("two installers at once build a tool once, and both find it", async ({ tool, go }) => {
  const gate = await openGate(tool, go);
  const options = { findGo: async () => gate.go, onProgress: quiet };
  const inAnotherProcess = startInstaller(tool, gate.go);
  const first = await gate.arrival();
  let waited = () => {};
  const waiting = new Promise<void>((resolve) => {
    waited = resolve;
  });
  const here = installGoTool(tool, { ...options, onProgress: ({ text }) => text.includes("waiting") && waited() });
  await waiting;
  first.write("build");
  await Promise.all([inAnotherProcess, here]);
  expect(gate.builds()).toBe(1);
  expect((await execa(path.join(await goToolDirectory(tool), "hello"))).stdout).toBe("hello from go");
}, 60_000);

test("a build that is killed leaves no tool behind, and the next one clears up and builds", async ({ tool, go }) => {
  const gate = await openGate(tool, go);
  const installer = startInstaller(tool, gate.go);
  const build = await gate.arrival();
  installer.kill("SIGKILL");
  await installer.catch(quiet);
  build.destroy();
  const left = await toolsFolder(tool);
  expect(left.filter((name) => name.includes(".building-"))).toHaveLength(1);
  expect(left).not.toContain(path.basename(await goToolDirectory(tool)));

  await installGoTool(tool, { findGo: async () => go, onProgress: quiet });
  expect(await toolsFolder(tool)).toEqual([path.basename(await goToolDirectory(tool))]);
  expect((await execa(path.join(await goToolDirectory(tool), "hello"))).stdout).toBe("hello from go");
}, 60_000);

test("a folder that lost its binary counts as missing and is made anew", async ({ tool, go }) => {
  const directory = await goToolDirectory(tool);
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, "left-over"), "");
  await installGoTool(tool, { findGo: async () => go, onProgress: quiet });
  expect(await readdir(directory)).toEqual(["hello"]);
}, 60_000);

test("a build that fails names the tool, shows the compiler's words and what to do, and leaves nothing", async ({ tool, go }) => {
  await writeTinyTool(path.dirname(tool.toolsDir), "package main\n\nfunc main() { nonsense() }\n");
  const failure = installGoTool(tool, { findGo: async () => go, onProgress: quiet });
  await expect(failure).rejects.toThrow(
    /^hello 1\.2\.3: go build failed \(exit code 1\)\.[\s\S]*undefined: nonsense[\s\S]*run the same command again/,
  );
  expect(await toolsFolder(tool)).toEqual([]);
}, 60_000);

/** A module of the shape of ours: it names a command of another module, and that module's version. */
async function writeTinyTool(directory: string, main: string): Promise<GoTool> {
  const toolsDir = path.join(directory, "modules");
  const source = path.join(toolsDir, "hello", "source");
  await mkdir(source, { recursive: true });
  const needs = "require campanile.test/hello v1.2.3\n\nreplace campanile.test/hello => ./source\n";
  await writeFile(
    path.join(toolsDir, "hello", "go.mod"),
    `module campanile.test/tools/hello\n\ngo 1.26.0\n\ntool campanile.test/hello\n\n${needs}`,
  );
  await writeFile(path.join(source, "go.mod"), "module campanile.test/hello\n\ngo 1.26.0\n");
  await writeFile(path.join(source, "main.go"), main);
  return { name: "hello", binaries: ["hello"], toolsDir, cacheDir: path.join(directory, "cache") };
}

/** A `go` that starts to write its binary, then asks at the gate whether to go on: so a test knows that a build is under way. */
async function openGate(tool: GoTool, go: Go) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the gate has no port");
  let builds = 0;
  server.on("connection", (socket) => {
    builds += 1;
    socket.on("error", quiet);
  });
  onTestFinished(() => void server.close());
  const binary = path.join(path.dirname(tool.toolsDir), "go-with-gate");
  await writeFile(
    binary,
    `#!${process.execPath}
const { spawnSync } = require("node:child_process");
const { rmSync, writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
const output = args[args.indexOf("-o") + 1];
writeFileSync(output, "half of a binary");
const socket = require("node:net").connect(${address.port}, "127.0.0.1");
socket.once("data", () => {
  socket.destroy();
  rmSync(output);
  process.exitCode = spawnSync(${JSON.stringify(go.binary)}, args, { stdio: "inherit" }).status;
});
socket.on("error", () => {});
`,
  );
  await chmod(binary, 0o755);
  const arrivals = once(server, "connection");
  return { go: { ...go, binary }, builds: () => builds, arrival: async () => (await arrivals)[0] };
}

function startInstaller(tool: GoTool, go: Go) {
  const module = pathToFileURL(path.join(PROJECT, "tools/install-go-tool.ts")).href;
  const script = `import { installGoTool } from ${JSON.stringify(module)};
    await installGoTool(${JSON.stringify(tool)}, { findGo: async () => (${JSON.stringify(go)}), onProgress: () => {} });`;
  return execa(process.execPath, ["--input-type=module", "--eval", script], { stdin: "ignore" });
}

async function neverAsked(): Promise<never> {
  throw new Error("Go was asked for although the tool is there");
}

/** What the cache holds, without locks. */
async function toolsFolder(tool: GoTool): Promise<string[]> {
  const names = await readdir(path.join(tool.cacheDir, "tools"));
  return names.filter((name) => !name.endsWith(".lock")).sort();
}
