import path from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { parseNodeKind } from "../../../app/local/node/choose-node.ts";

const MODULE = pathToFileURL(path.resolve(import.meta.dirname, "../../../app/local/node/choose-node.ts")).href;
const AS_ROOT_ON_LINUX = process.platform === "linux" && process.getuid?.() === 0;

test("a machine that lacks what a real node needs takes the simulated one and says what is missing", async () => {
  const { kind, missing } = JSON.parse((await choose("real", {})).stdout);
  expect(kind).toBe("simulated");
  const asRoot = AS_ROOT_ON_LINUX ? "" : "sudo ";
  if (process.platform === "linux") expect(missing).toContain(`there is no gcc (${asRoot}apt-get install gcc)`);
  else expect(missing).toEqual([expect.stringContaining("containers need Linux")]);
});

test("nobody is told what a node lacks that was not asked for", async () => {
  expect(JSON.parse((await choose("simulated", { CI: "true" })).stdout)).toEqual({ kind: "simulated", missing: [] });
});

test.runIf(AS_ROOT_ON_LINUX)("in CI it is a failure", async () => {
  const { exitCode, stderr } = await choose("both", { CI: "true" });
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain("The real node cannot be started.");
  expect(stderr).toContain("there is no unshare (apt-get install util-linux)");
});

test("a node that does not exist is answered with those that do", () => {
  expect(() => parseNodeKind("rael")).toThrow(/no node "rael"[\s\S]*simulated, real, both/);
});

/** In a process whose PATH has no programs. */
async function choose(asked: string, environment: Record<string, string>) {
  const script = `const { chooseNode } = await import(${JSON.stringify(MODULE)});
    process.stdout.write(JSON.stringify(await chooseNode(${JSON.stringify(asked)})));`;
  const options = { env: { PATH: "/nonexistent", ...environment }, extendEnv: false, reject: false } as const;
  return execa(process.execPath, ["--input-type=module", "--eval", script], options);
}
