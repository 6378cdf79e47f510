import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { waitForEntry } from "../../../app/local/github/control/wait-for.ts";
import { createControlClient } from "../../../app/local/github/control-client.ts";
import { OPENAPI_PATH } from "./github-fixture.ts";

const MAIN = path.join(import.meta.dirname, "../../../app/local/github/main.ts");

async function startProcess(config: Record<string, unknown> = {}) {
  const dataDir = await mkdtemp(path.join(tmpdir(), "github-"));
  const input = JSON.stringify({ dataDir, openapiPath: OPENAPI_PATH, ...config });
  const process_ = execa(process.execPath, [MAIN], { input, reject: false, buffer: false, stderr: "inherit" });
  onTestFinished(async () => {
    process_.kill("SIGKILL");
    await process_;
    await rm(dataDir, { recursive: true, force: true });
  });
  const [line] = await once(createInterface(process_.stdout), "line");
  return { ended: process_, ready: JSON.parse(line) };
}

test("in a process of its own it is controlled over HTTP and ends when it is told to", async () => {
  const seed = [
    { operation: "createUser", input: { login: "ada", token: "ghp_ada" } },
    { operation: "createOrganization", input: { login: "college", members: { ada: "admin" } } },
  ];
  const { ended, ready } = await startProcess({ seed });
  expect(ready).toMatchObject({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), pid: ended.pid });
  const control = createControlClient(ready.url);
  const bytes = Buffer.from([0, 1, 2, 255]);
  await control.createRepository({ owner: "college", name: "hubs", files: { "bytes.bin": bytes, "a.txt": "a\n" }, as: "ada" });
  const pull = await control.openPullRequest({
    owner: "college",
    repo: "hubs",
    branch: "topic",
    title: "Change a",
    files: { "a.txt": "A\n", "bytes.bin": null },
    as: "ada",
  });
  const known = await waitForEntry(control, ({ name }) => name === "pull_request.mergeability_known", { timeoutSeconds: 10 });
  expect(known).toMatchObject({ repository: "college/hubs", details: { head_sha: pull.headSha, mergeable: true } });
  const get = async (where: string, accept = "application/json") =>
    fetch(`${ready.url}${where}`, { headers: { accept, authorization: "token ghp_ada" } });
  const raw = await get("/repos/college/hubs/contents/bytes.bin", "application/vnd.github.raw");
  expect(Buffer.from(await raw.arrayBuffer())).toEqual(bytes);
  const page = await get(`/college/hubs/pull/${pull.number}`, "text/html");
  expect(await page.text()).toContain("Change a");
  expect(await control.violations()).toEqual([]);
  ended.kill("SIGTERM");
  expect((await ended).exitCode).toBe(0);
});

test("what it is asked to do and cannot is told in words", async () => {
  const { ready } = await startProcess();
  const control = createControlClient(ready.url);
  await expect(control.createOrganization({ login: "college", members: { nobody: "admin" } })).rejects.toThrow(
    /did not createOrganization.*nobody is called nobody/,
  );
});
