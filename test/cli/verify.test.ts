import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { calendar, event } from "../load/calendar/ics.ts";
import { readFolder } from "../load/config-trees.ts";
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

/** The sample, and a kubeconfig that leads to a gateway with nothing behind it. */
async function openFolder(files: Record<string, string> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-verify-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { port, token } = await serveNothing();
  const { "calendars/data8.ics": _, ...sample } = await readFolder(SAMPLE_FLEET_FOLDER);
  await writeFolder(folder, {
    ...sample,
    ...files,
    "kubeconfig.yaml": `apiVersion: v1
kind: Config
clusters: [{ name: courses, cluster: { server: "http://127.0.0.1:${port}", insecure-skip-tls-verify: true } }]
users: [{ name: ada, user: { token: ${token} } }]
contexts: [{ name: courses, context: { cluster: courses, user: ada } }]
`,
  });
  const where = ["--offline", "--address", `http://127.0.0.1:${port}`];
  const verify = (...args: string[]) =>
    campanile(["verify", folder, "--hub", "data8", ...where, ...args], {
      env: { KUBECONFIG: path.join(folder, "kubeconfig.yaml") },
    });
  return { verify, token };
}

test("where neither hub nor cluster answers nobody can tell, and what was met is written down", async () => {
  const { verify, token } = await openFolder();
  const { exitCode, stdout } = await verify("--env", "staging", "--format", "json");
  const { outcome, steps } = JSON.parse(stdout);
  expect({ exitCode, outcome }).toEqual({ exitCode: 2, outcome: "could-not-tell" });
  expect(steps[0]).toMatchObject({ step: "hub", outcome: { kind: "could-not-tell" } });
  expect(JSON.stringify(steps[0].evidence)).toMatch(/GET \/hub\/api\/ as nobody -> 503/);
  expect(stdout).not.toContain(token);
});

test("while students sit an exam on prod no journey is played there, unless somebody says so", async () => {
  const [start = "", end = ""] = [-3_600_000, 7_200_000].map((fromNow) =>
    new Date(Date.now() + fromNow).toISOString().replace(/\.\d+/, ""),
  );
  const written = (time: string) => time.replace(/[-:]/g, "");
  const midterm = event("SUMMARY:Midterm 1", "CATEGORIES:EXAM", `DTSTART:${written(start)}`, `DTEND:${written(end)}`);
  const { verify } = await openFolder({ "calendars/data8.ics": calendar(midterm) });
  const until = end.slice(0, 16).replace("T", " ");

  const refused = await verify("--env", "prod");
  expect({ exitCode: refused.exitCode, stdout: refused.stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toMatch(
    `No journey was played on data8-prod: exam “Midterm 1” until ${until} UTC (calendars/data8.ics:4).`,
  );
  expect(refused.stderr).toContain("--during-exam plays it all the same");

  const json = await verify("--env", "prod", "--format", "json");
  expect({ exitCode: json.exitCode, answer: JSON.parse(json.stdout) }).toEqual({
    exitCode: 2,
    answer: {
      release: "data8-prod",
      outcome: "exam",
      exam: { summary: "Midterm 1", endsAt: end.replace("Z", ".000Z"), file: "calendars/data8.ics", line: 4 },
    },
  });

  for (const args of [
    ["--env", "prod", "--during-exam"],
    ["--env", "staging"],
  ]) {
    const { stdout } = await verify(...args, "--steps", "hub", "--format", "json");
    const { release, steps } = JSON.parse(stdout);
    expect([release, steps[0].step, steps[0].outcome.kind]).toEqual([`data8-${args[1]}`, "hub", "could-not-tell"]);
  }
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
