import { createHash } from "node:crypto";
import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { packSampleCharts, SAMPLE_FLEET_FOLDER } from "../../../app/local/seed/sample-artefacts.ts";
import { type Commit, temporaryFolder, writeHistory } from "../../history/write-history.ts";
import { readFolder } from "../../load/config-trees.ts";
import { campanile } from "../run-campanile.ts";

const PROD = "hubs/data8/values/prod.yaml";
const COMMON = "hubs/data8/values/common.yaml";
const SHARED = "values/common.yaml";
const PINS = "hubs/data8/pins/prod.yaml";
const HOSTILE = "Roles </title><script>alert(1)</script> & more";

const commit = z.object({ sha: z.string(), at: z.string(), title: z.string() });
const report = z.object({
  summary: z.object({
    states: z.number(),
    stopped: z.number(),
    stillThere: z.number(),
    blockingDays: z.object({ max: z.number() }),
  }),
  stopped: z.array(commit.extend({ codes: z.array(z.string()) })),
  faults: z.array(
    z.object({
      code: z.string(),
      at: z.object({ file: z.string(), line: z.number() }),
      kind: z.enum(["state", "step"]),
      found: commit,
      gone: commit.nullable(),
      days: z.number(),
    }),
  ),
});

/** Half a year of the sample fleet: a key set twice for seventy days, a chart that goes back, a file that cannot be read for two days. */
async function sampleHistory(): Promise<Commit[]> {
  const files = await readFolder(SAMPLE_FLEET_FOLDER);
  const prod = files[PROD] ?? "";
  const common = files[COMMON] ?? "";
  const pins = files[PINS] ?? "";
  const nextYear = pins.replace('"1.0.0"', '"1.2.0"').replace(/(?<=digest: "sha256:)[0-9a-f]{64}/, "c".repeat(64));
  const twice = prod.replace("  ingress:\n", "  ingress:\n    pathType: Exact\n    pathType: Prefix\n");
  return [
    { message: "Docs only, no fleet yet", at: "2025-01-01T12:00:00Z", files: { "README.md": "soon\n" } },
    { message: "Begin", at: "2025-01-02T12:00:00Z", files: files },
    {
      message: `Merge pull request #3 from ada/roles\n\n${HOSTILE}`,
      at: "2025-02-01T12:00:00Z",
      files: {},
      branch: [{ message: "wip", files: { [PROD]: twice } }],
    },
    { message: "More lines above", at: "2025-03-01T12:00:00Z", files: { [PROD]: `# For all\n${twice}` } },
    { message: "Roles, once", at: "2025-04-12T12:00:00Z", files: { [PROD]: prod } },
    { message: "Chart of next year", at: "2025-05-01T12:00:00Z", files: { [PINS]: nextYear } },
    { message: "Bump the image", at: "2025-05-02T12:00:00Z", files: { [PINS]: pins.replace('"2026.11.1"', '"2026.11.3"') } },
    { message: "Memory in a hurry", at: "2025-06-01T12:00:00Z", files: { [COMMON]: common.replace("limit: 2G", "limit: 2Gi") } },
    { message: "Tabs", at: "2025-06-03T12:00:00Z", files: { [PROD]: `${prod}\tx: 1\n` } },
    { message: "No tabs", at: "2025-06-05T12:00:00Z", files: { [PROD]: prod } },
  ];
}

async function scene({
  history = sampleHistory,
  charts = ["--offline"],
}: {
  history?: () => Promise<Commit[]>;
  charts?: string[];
} = {}) {
  const folder = await temporaryFolder(onTestFinished);
  const cache = path.join(folder, "cache");
  const { repository, shas } = await writeHistory(path.join(folder, "fleet.git"), await history());
  const env = { XDG_CACHE_HOME: cache, CAMPANILE_DATA_DIR: path.join(folder, "data") };
  const backtest = (...args: string[]) => campanile(["backtest", repository, ...charts, ...args], { env });
  const stateFile = async () =>
    path.join(cache, "campanile/backtest", (await readdir(path.join(cache, "campanile/backtest")))[0] ?? "");
  return { repository, shas, backtest, stateFile };
}

test("each fault is found at its merge, followed through others, and ends with what mended it", async () => {
  const { backtest, shas } = await scene();
  const { stdout, exitCode } = await backtest("--format", "json");
  expect(exitCode).toBe(0);
  const { summary, stopped, faults } = report.parse(JSON.parse(stdout));
  expect(summary).toMatchObject({ states: 9, stopped: 4, stillThere: 1, blockingDays: { max: 70 } });
  expect(
    faults.map(({ code, kind, found, gone, days }) => ({ code, kind, found: found.title, gone: gone?.title, days })),
  ).toEqual([
    { code: "duplicate-key", kind: "state", found: `${HOSTILE} (#3)`, gone: "Roles, once", days: 70 },
    { code: "chart-goes-back", kind: "step", found: "Bump the image", gone: undefined, days: 0 },
    { code: "memory-unit", kind: "state", found: "Memory in a hurry", gone: undefined, days: 4 },
    { code: "yaml-syntax", kind: "state", found: "Tabs", gone: "No tabs", days: 2 },
  ]);
  expect(faults[0]).toMatchObject({ found: { sha: shas[2] }, gone: { sha: shas[4] }, at: { file: PROD } });
  expect(stopped.map(({ title, codes }) => [title, codes])).toContainEqual(["Bump the image", ["chart-goes-back"]]);
});

test("a run that was stopped goes on where it was, whatever it left half written", async () => {
  const { backtest, stateFile } = await scene();
  const whole = await backtest("--format", "json");
  expect(whole.stderr).toContain("Replayed 10 of 10 states");
  const file = await stateFile();
  const text = await readFile(file, "utf8");
  await truncate(file, Math.floor(text.length / 2));
  const resumed = await backtest("--format", "json");
  const [, known] = /^(\d+) of 10 states are known from an earlier run/.exec(resumed.stderr) ?? [];
  expect(Number(known)).toBeGreaterThan(0);
  expect(Number(known)).toBeLessThan(10);
  expect(resumed.stdout).toBe(whole.stdout);
  await writeFile(
    file,
    `no JSON\n${JSON.stringify({ sha: "x", kind: "judged", files: ["lost"], state: [], step: [] })}\n${text}`,
  );
  const again = await backtest("--format", "json");
  expect(again.stderr).toContain("10 of 10 states are known");
  expect(again.stdout).toBe(whole.stdout);
});

test("only the states since a day are told, each still beside the one before it", async () => {
  const { backtest } = await scene();
  const { stdout } = await backtest("--format", "json", "--since", "2025-05-02");
  const { summary, faults } = report.parse(JSON.parse(stdout));
  expect(summary.states).toBe(4);
  expect(faults.map(({ code }) => code)).toEqual(["chart-goes-back", "memory-unit", "yaml-syntax"]);
});

describe("the charts that the states pin", () => {
  const ADDRESS = "https://charts.campanile.example/";

  async function misspeltHistory(): Promise<Commit[]> {
    const files = await readFolder(SAMPLE_FLEET_FOLDER);
    const misspelt = (files[SHARED] ?? "").replace("startTimeout:", "startTimeOut:");
    expect(misspelt).not.toBe(files[SHARED]);
    return [
      { message: "Begin", at: "2025-01-02T12:00:00Z", files },
      { message: "Wait longer", at: "2025-02-01T12:00:00Z", files: { [SHARED]: misspelt } },
      { message: "Wait longer, really", at: "2025-02-08T12:00:00Z", files: { [SHARED]: files[SHARED] ?? "" } },
    ];
  }

  test("are read, so that what their schemas refuse is found", async () => {
    const mirror = await temporaryFolder(onTestFinished);
    for (const { name, version, tgz } of await packSampleCharts())
      await writeFile(path.join(mirror, `${name}-${version}.tgz`), tgz);
    const { backtest } = await scene({ history: misspeltHistory, charts: ["--mirror", `${ADDRESS}=${mirror}`] });
    const { stdout, exitCode, stderr } = await backtest("--format", "json");
    expect(report.parse(JSON.parse(stdout)).faults.map(({ code, days }) => [code, days])).toContainEqual(["values-schema", 7]);
    expect(stderr).not.toContain("could not");
    expect(exitCode).toBe(0);
  });

  test("are told when they cannot be had, and looked for again in the next run", async () => {
    const mirror = await temporaryFolder(onTestFinished);
    const { backtest } = await scene({ history: misspeltHistory, charts: ["--mirror", `${ADDRESS}=${mirror}`] });
    const first = await backtest();
    expect(first.exitCode).toBe(2);
    expect(first.stdout).toContain("1 chart could not be fetched, so the rules that read charts were silent where it is pinned.");
    expect(first.stderr).toMatch(/hub.*1\.0\.0/);
    for (const { name, version, tgz } of await packSampleCharts())
      await writeFile(path.join(mirror, `${name}-${version}.tgz`), tgz);
    const second = await backtest();
    expect(second.exitCode).toBe(0);
    expect(second.stdout).toContain("values-schema");
  });
});

test("a layout that is given is the one that is read", async () => {
  const { backtest } = await scene();
  expect(await backtest("--layout", "campanile")).toMatchObject({ exitCode: 0 });
  const other = await backtest("--layout", "hubploy");
  expect(other).toMatchObject({ exitCode: 2, stdout: "" });
  expect(other.stderr).toContain("holds a fleet");
});

test("the text says first what would have been stopped", async () => {
  const { backtest } = await scene();
  const { stdout } = await backtest();
  expect(stdout).toContain("Of 9 merges since 2025-01-02, 4 (44 %) would have been stopped before they reached a hub.");
  expect(stdout).toContain("4 days in the median, and 70 days at the longest.");
  expect(stdout).toMatch(/duplicate-key {2}70 days\n.*\n {2}came with [0-9a-f]{7} 2025-02-01 Roles/);
});

test("the page needs nothing from outside, lets no script in, and shows hostile titles as text", async () => {
  const { backtest } = await scene();
  const { stdout } = await backtest("--format", "html");
  expect(stdout).not.toMatch(/<script|\s(?:src|href|style|on[a-z]+)\s*=|@import|url\(/i);
  expect(stdout).toContain("Roles &lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; more (#3)");
  const style = /<style>(.*)<\/style>/s.exec(stdout)?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  expect(stdout).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`);
  expect(stdout).toContain("70 days");
});

test.each([
  ["a folder without a repository", ["/", "--branch", "staging"], /is not in a git repository/],
  ["a branch that is not there", [".", "--branch", "no-such-branch"], /There is no branch no-such-branch/],
  ["a branch that would be an option", [".", "--branch", "--output=x"], /There is no branch --output=x/],
  ["a day that is none", [".", "--since", "2025-02-31"], /Write a day as/],
  ["a repository without a fleet", [".", "--branch", "HEAD"], /holds a fleet/],
])("%s ends with 2 and words, not a stack trace", async (_title, args, words) => {
  const cwd = await temporaryFolder(onTestFinished);
  await writeHistory(cwd, [{ message: "no fleet", files: { "a.yaml": "" } }]);
  const run = await campanile(["backtest", ...args], { cwd, env: { XDG_CACHE_HOME: path.join(cwd, "cache") } });
  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toMatch(words);
  expect(run.stderr).not.toMatch(/\n\s+at /);
});
