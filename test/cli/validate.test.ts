import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { readFolder } from "../load/config-trees.ts";
import { campanile, campanileCommand } from "./run-campanile.ts";
import { writeFolder } from "./write-folder.ts";

const VALUES = "hubs/data8/values/common.yaml";
const sarif = z.object({
  runs: z.array(
    z.object({
      results: z.array(
        z.object({
          ruleId: z.string(),
          locations: z.array(
            z.object({
              physicalLocation: z.object({
                artifactLocation: z.object({ uri: z.string() }),
                region: z.object({ startLine: z.number() }),
              }),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** A git repository with the sample fleet committed, one folder down, as in a repository that holds more. */
async function sampleRepository(): Promise<{ root: string; fleet: string }> {
  const root = await mkdtemp(path.join(tmpdir(), "campanile-validate-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const fleet = path.join(root, "deploy-config");
  await writeFolder(fleet, await readFolder(SAMPLE_FLEET_FOLDER));
  await commitAll(root, "start");
  return { root, fleet };
}

async function commitAll(root: string, message: string): Promise<void> {
  const git = (...args: string[]) => execa("git", ["-C", root, "-c", "user.name=a", "-c", "user.email=a@b.example", ...args]);
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", message);
}

async function misspellMemory(fleet: string): Promise<number> {
  const text = (await readFolder(fleet))[VALUES] ?? "";
  const broken = text.replace("limit: 2G", "limit: 2Gi");
  await writeFile(path.join(fleet, VALUES), broken);
  return broken.split("\n").findIndex((line) => line.includes("2Gi")) + 1;
}

test("a fleet in order ends with 0, and one with a fault with 1 and the fault on its line", async () => {
  const { fleet } = await sampleRepository();
  const good = await campanile(["validate", "--offline", fleet]);
  expect(good).toMatchObject({ exitCode: 0, stdout: "✓ No faults found in 3 hubs.", stderr: "" });
  const line = await misspellMemory(fleet);
  const bad = await campanile(["validate", "--offline", fleet]);
  expect(bad.exitCode).toBe(1);
  expect(bad.stdout).toContain(`${VALUES}:${line}  memory-unit`);
  expect(bad.stdout).toContain("1 to mend");
});

test("a commit is checked as it was, not as the files are now, and rules about change compare two commits", async () => {
  const { root, fleet } = await sampleRepository();
  await misspellMemory(fleet);
  expect(await campanile(["validate", "--offline", fleet, "--head", "HEAD"])).toMatchObject({ exitCode: 0 });
  const text = (await readFolder(fleet))["values/common.yaml"] ?? "";
  await writeFile(path.join(fleet, "values/common.yaml"), text.replace("pvcNameTemplate: home-", "pvcNameTemplate: work-"));
  await commitAll(root, "move the homes");
  const alone = await campanile(["validate", "--offline", fleet, "--head", "HEAD", "--format", "json"]);
  expect(alone.stdout).not.toContain("home-moves");
  const compared = await campanile(["validate", "--offline", fleet, "--head", "HEAD", "--base", "HEAD~1", "--format", "json"]);
  expect(compared.stdout).toContain("home-moves");
  expect(compared.exitCode).toBe(1);
});

test("SARIF and GitHub's annotations name file and line from the top of the repository", async () => {
  const { fleet } = await sampleRepository();
  const line = await misspellMemory(fleet);
  const { results } = sarif.parse(JSON.parse((await campanile(["validate", "--offline", fleet, "--format", "sarif"])).stdout))
    .runs[0] ?? {
    results: [],
  };
  const place = { artifactLocation: { uri: `deploy-config/${VALUES}` }, region: { startLine: line } };
  expect(results).toMatchObject([{ ruleId: "memory-unit", locations: [{ physicalLocation: place }] }]);
  const github = await campanile(["validate", "--offline", fleet, "--format", "github"]);
  expect(github.stdout).toMatch(new RegExp(`^::error file=deploy-config/${VALUES},line=${line},title=memory-unit::"jupyterhub`));
});

test("a file's name is one path in SARIF and one property in an annotation, whatever is in it", async () => {
  const { fleet } = await sampleRepository();
  await writeFile(path.join(fleet, "hubs/data8/values/a b#c,d::%.yaml"), "x: 1\n");
  const { results } = sarif.parse(JSON.parse((await campanile(["validate", "--offline", fleet, "--format", "sarif"])).stdout))
    .runs[0] ?? {
    results: [],
  };
  const { uri } = results[0]?.locations[0]?.physicalLocation.artifactLocation ?? { uri: "" };
  expect(uri).toBe("deploy-config/hubs/data8/values/a%20b%23c%2Cd%3A%3A%25.yaml");
  expect(new URL(uri, "file:///repository/").hash).toBe("");
  const { stdout } = await campanile(["validate", "--offline", fleet, "--format", "github"]);
  expect(stdout).toMatch(/^::error file=deploy-config\/hubs\/data8\/values\/a b#c%2Cd%3A%3A%25\.yaml,line=1,title=/);
});

test("a reader who has seen enough ends the command without a word", async () => {
  const { fleet } = await sampleRepository();
  const many = Array.from({ length: 3_000 }, (_, index) => `x${index}: { a: 1, a: 2 }\n`).join("");
  await writeFile(path.join(fleet, VALUES), many);
  const [program, args] = campanileCommand(["validate", "--offline", fleet]);
  const { stdout, stderr } = await execa({ reject: false })`${program} ${args}`.pipe("head", ["-n", "1"]);
  expect(stdout).toContain("duplicate-key");
  expect(stderr).toBe("");
});

test("a misspelt hub or environment is no pass", async () => {
  const { fleet } = await sampleRepository();
  const hub = await campanile(["validate", "--offline", fleet, "--hub", "data1000"]);
  expect(hub).toMatchObject({ exitCode: 2, stdout: "" });
  expect(hub.stderr).toContain('The fleet has no hub "data1000".');
  expect(hub.stderr).toContain('Did you mean "data100"?');
  expect(await campanile(["validate", "--offline", fleet, "--env", "production"])).toMatchObject({ exitCode: 2, stdout: "" });
});

test("a hub that no rule could look at, because another one's file is broken, is no pass either", async () => {
  const { fleet } = await sampleRepository();
  await writeFile(path.join(fleet, VALUES), "a: [1, 2\n");
  expect(await campanile(["validate", "--offline", fleet, "--hub", "data8"])).toMatchObject({ exitCode: 1 });
  const other = await campanile(["validate", "--offline", fleet, "--hub", "data100"]);
  expect(other).toMatchObject({ exitCode: 2, stdout: "" });
  expect(other.stderr).toContain("data100 could not be judged.");
});

test("that the base has faults of its own is said, because rules about change are then silent", async () => {
  const { root, fleet } = await sampleRepository();
  const text = (await readFolder(fleet))[VALUES] ?? "";
  await writeFile(path.join(fleet, VALUES), "a: [1, 2\n");
  await commitAll(root, "break");
  await writeFile(path.join(fleet, VALUES), text);
  const { exitCode, stderr } = await campanile(["validate", "--offline", fleet, "--base", "HEAD"]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain("HEAD has faults of its own, so the rules about change could not compare with it.");
});

test("only the findings of one hub or environment are shown when asked for", async () => {
  const { fleet } = await sampleRepository();
  await misspellMemory(fleet);
  expect(await campanile(["validate", "--offline", fleet, "--hub", "data100"])).toMatchObject({ exitCode: 0 });
  expect(await campanile(["validate", "--offline", fleet, "--hub", "data8", "--env", "prod"])).toMatchObject({ exitCode: 1 });
});

test.each([
  ["a folder that is not there", ["validate", "no/such/folder"], /cannot be read/],
  [
    "a revision that git does not know",
    ["validate", "--offline", SAMPLE_FLEET_FOLDER, "--head", "no-such-branch"],
    /no-such-branch cannot be read/,
  ],
  [
    "a revision that would be an option",
    ["validate", "--offline", SAMPLE_FLEET_FOLDER, "--head", "--all"],
    /--all cannot be read/,
  ],
  ["a revision without a repository", ["validate", "/", "--head", "HEAD"], /is in no git repository/],
  ["a file for a folder", ["validate", path.join(SAMPLE_FLEET_FOLDER, "campanile.yaml")], /cannot be read/],
  ["a format that there is not", ["validate", "--format", "xml"], /Allowed choices are text, json, sarif, github/],
  ["one folder too many", ["validate", "a", "b"], /too many arguments/],
  ["a flag that there is not", ["validate", "--hubs", "data8"], /unknown option '--hubs'/],
  ["a command that there is not", ["valdate"], /Did you mean validate/],
  ["a rule that does not exist", ["explain", "no-such-rule"], /There is no rule/],
  ["a rule that is misspelt", ["explain", "memory-unti"], /Did you mean "memory-unit"\?/],
])("%s ends with 2 and words, not a stack trace", async (_title, args, words) => {
  const run = await campanile(args);
  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toMatch(words);
  expect(run.stderr).not.toMatch(/\n\s+at /);
});

test("a rule explains itself with both examples", async () => {
  const { stdout, exitCode } = await campanile(["explain", "memory-unit"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("limit: 2Gi");
  expect(stdout).toContain("limit: 2G }");
});
