import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { ensureTools } from "../../tools/install-tools.ts";

const SCRIPT = path.resolve(import.meta.dirname, "../../tools/install-tools.ts");

test("the path of an installed tool is that of a program that runs and says the version of its folder", async () => {
  const { kubectl } = await ensureTools(["kubernetes"]);
  const { stdout } = await execa(kubectl, ["version", "--client", "--output", "json"]);
  expect(kubectl).toContain(`/kubernetes-${JSON.parse(stdout).clientVersion.gitVersion.slice(1)}-`);
});

test("a machine without Go and Python is told what to install, without a stack trace", async () => {
  const cache = await mkdtemp(path.join(tmpdir(), "campanile-cache-"));
  onTestFinished(() => rm(cache, { recursive: true, force: true }));
  const result = await execa(process.execPath, [SCRIPT, "registry"], { env: { PATH: "", XDG_CACHE_HOME: cache }, reject: false });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain("there is no python3");
  expect(result.stderr).toContain("Install Go from");
  expect(result.stderr).not.toMatch(/^\s+at /m);
});

test("a cache folder that is no absolute path is ignored, as XDG says, and the one in the home folder is used", async () => {
  const home = await mkdtemp(path.join(tmpdir(), "campanile-home-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const env = { PATH: "", HOME: home, XDG_CACHE_HOME: "some/folder" };
  await execa(process.execPath, [SCRIPT, "registry"], { cwd: home, env, reject: false });
  expect(await readdir(home)).toEqual([".cache"]);
  expect(await readdir(path.join(home, ".cache"))).toEqual(["campanile"]);
});

test("a tool that does not exist is answered with those that do", async () => {
  const result = await execa(process.execPath, [SCRIPT, "hlem"], { reject: false });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toMatch(/^There is no tool "hlem"\.\nThe tools are helm, etcd, kubernetes,/);
});
