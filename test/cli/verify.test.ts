import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { campanile } from "./run-campanile.ts";
import { writeFolder } from "./write-folder.ts";

test.each([
  ["a misspelt hub", ["--hub", "data9"], /The fleet has no hub "data9".*Did you mean "data8"\?/s],
  ["a misspelt environment", ["--hub", "data8", "--env", "stagin"], /no environment "stagin".*Did you mean "staging"\?/s],
  ["a misspelt step", ["--hub", "data8", "--steps", "hub,kernl"], /There is no step "kernl"\. Did you mean "kernel"\?/],
  ["an address that is none", ["--hub", "data8", "--address", "127.0.0.1:80"], /The address "127\.0\.0\.1:80" cannot be read/],
  ["a cluster that the kubeconfig does not know", ["--hub", "data8"], /kubeconfig cannot be used for the context courses/],
])("%s is refused before anything is asked", async (_title, args, words) => {
  const { exitCode, stderr, stdout } = await campanile(
    ["verify", SAMPLE_FLEET_FOLDER, "--offline", "--env", "staging", ...args],
    {
      env: { KUBECONFIG: "/dev/null" },
    },
  );
  expect(stderr).toMatch(words);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
});

test("where neither hub nor cluster answers nobody can tell, and what was met is written down", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-verify-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { port, token } = await serveNothing();
  await writeFolder(folder, {
    "kubeconfig.yaml": `apiVersion: v1
kind: Config
clusters: [{ name: courses, cluster: { server: "http://127.0.0.1:${port}", insecure-skip-tls-verify: true } }]
users: [{ name: ada, user: { token: ${token} } }]
contexts: [{ name: courses, context: { cluster: courses, user: ada } }]
`,
  });
  const { exitCode, stdout } = await campanile(
    [
      "verify",
      SAMPLE_FLEET_FOLDER,
      "--offline",
      "--hub",
      "data8",
      "--env",
      "staging",
      "--address",
      `http://127.0.0.1:${port}`,
      "--format",
      "json",
    ],
    { env: { KUBECONFIG: path.join(folder, "kubeconfig.yaml") } },
  );
  const { outcome, steps } = JSON.parse(stdout);
  expect({ exitCode, outcome }).toEqual({ exitCode: 2, outcome: "could-not-tell" });
  expect(steps[0]).toMatchObject({ step: "hub", outcome: { kind: "could-not-tell" } });
  expect(JSON.stringify(steps[0].evidence)).toMatch(/GET \/hub\/api\/ as nobody -> 503/);
  expect(stdout).not.toContain(token);
});

/** Stands for a gateway with nothing behind it, and repeats what it was sent. */
async function serveNothing(): Promise<{ port: number; token: string }> {
  const server = createServer((request, response) => {
    response.writeHead(503, { "content-type": "text/plain" }).end(`no backend for ${request.headers.authorization}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address() as AddressInfo;
  return { port: address.port, token: "3f1c9a7be5d04c62a8f07b1d" };
}
