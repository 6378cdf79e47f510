import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { ensureTools } from "../../tools/install-tools.ts";
import { folderTree, readFolder } from "../load/config-trees.ts";
import { campanile, campanileCommand } from "./run-campanile.ts";

const SAMPLE_ANSWERS = path.join(SAMPLE_FLEET_FOLDER, "answers.yaml");

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-init-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The sample's answers with some texts replaced, as a file, and on which line each new text is. */
async function changedAnswers(
  changes: readonly (readonly [string, string])[],
): Promise<{ file: string; lineOf(text: string): number }> {
  const sample = await readFile(SAMPLE_ANSWERS, "utf8");
  const text = changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the sample's answers have no ${from}`);
    return before.replace(from, to);
  }, sample);
  const file = path.join(await emptyFolder(), "answers.yaml");
  await writeFile(file, text);
  return { file, lineOf: (wanted) => text.split("\n").findIndex((line) => line.includes(wanted)) + 1 };
}

test("answers become a folder that validate has nothing to say about, and the next steps are told", async () => {
  const folder = path.join(await emptyFolder(), "fleets", "ours");
  const run = await campanile(["init", "--answers", SAMPLE_ANSWERS, folder]);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  const files = Object.keys(await readFolder(folder));
  for (const file of files) expect(run.stdout).toContain(`  ${file}\n`);
  for (const words of ["sops edit hubs/data8/secrets/prod.yaml", 'status check "campanile"', "Install the Campanile GitHub App"])
    expect(run.stdout).toContain(words);
  expect(await campanile(["validate", "--offline", folder])).toMatchObject({
    exitCode: 0,
    stdout: "✓ No faults found in 3 hubs.",
  });
});

test("sops encrypts a new secret for the key that was answered, and the fleet loads with it", async () => {
  const { sops } = await ensureTools(["sops"]);
  const recipient = await identityToRecipient(await generateX25519Identity());
  const sampleRecipient = /^ageRecipient: (\S+)$/m.exec(await readFile(SAMPLE_ANSWERS, "utf8"))?.[1] ?? "";
  const { file } = await changedAnswers([[sampleRecipient, recipient]]);
  const folder = await emptyFolder();
  await campanile(["init", "--answers", file, folder]);
  const secret = "hubs/data8/secrets/prod.yaml";
  const { stdout } = await execa(
    sops,
    ["encrypt", "--input-type", "yaml", "--output-type", "yaml", "--filename-override", secret],
    { cwd: folder, input: "jupyterhub: { proxy: { secretToken: abc } }" },
  );
  expect(stdout).toContain(`recipient: ${recipient}`);
  await mkdir(path.dirname(path.join(folder, secret)), { recursive: true });
  await writeFile(path.join(folder, secret), stdout);
  expect((await loadFleet(await folderTree(folder), "1".repeat(40))).findings).toEqual([]);
});

test("all faults of the answers are told at once, each on its line, and nothing is written", async () => {
  const { file, lineOf } = await changedAnswers([
    ["kubernetesVersion: 1.36.3", "kubernetesVersion: latest"],
    ["promotion: auto", "promotoin: auto"],
    ["limit: 2G }", "limit: 2Gi }"],
  ]);
  const folder = path.join(await emptyFolder(), "new");
  const run = await campanile(["init", "--answers", file, folder]);
  expect(run).toMatchObject({ exitCode: 1, stdout: "" });
  for (const fault of ["kubernetesVersion: latest", "promotoin: auto", "limit: 2Gi }"])
    expect(run.stderr).toContain(`${file}:${lineOf(fault)}  `);
  expect(run.stderr).toContain('Did you mean "promotion"?');
  expect(run.stderr).not.toMatch(/\n\s+at /);
  await expect(folderTree(folder)).rejects.toMatchObject({ code: "ENOENT" });
});

test.each<[fault: string, code: string, change: readonly [string, string], line: string]>([
  [
    "an environment that the fleet lacks",
    "unknown-environment",
    ["staging: { url: https://data8-", "stagign: { url: https://data8-"],
    "stagign",
  ],
  [
    "a cluster that the fleet lacks",
    "unknown-cluster",
    ["- name: prod\n      cluster: courses", "- name: prod\n      cluster: corses"],
    "corses",
  ],
  ["a chart without a repository", "unknown-chart", ["  chart: hub", "  chart: hbu"], "chart: hbu"],
  [
    "an environment that is listed twice",
    "duplicate-environment",
    ["- name: prod\n", "- name: staging\n"],
    "cluster: courses\n      promotion",
  ],
  [
    "one address for two hubs",
    "host-twice",
    ["https://data100.courses.example }", "https://data8.courses.example }"],
    "prod: { url: https://data8",
  ],
  [
    "less memory than is promised",
    "memory-guarantee",
    ["{ guarantee: 2G, limit: 4G }", "{ guarantee: 8G, limit: 4G }"],
    "guarantee: 8G",
  ],
])("%s is a fault of the answers too: %s", async (_title, code, change, wanted) => {
  const { file, lineOf } = await changedAnswers([change]);
  const run = await campanile(["init", "--answers", file, path.join(await emptyFolder(), "new")]);
  expect(run.exitCode).toBe(1);
  const line = wanted.includes("\n") ? lineOf("promotion: auto") - 2 : lineOf(wanted);
  expect(run.stderr).toContain(`${file}:${line}  ${code}\n`);
});

test("files that are there with another content are all named, and nothing is written beside them", async () => {
  const folder = await emptyFolder();
  await writeFile(path.join(folder, "campanile.yaml"), "ours\n");
  await mkdir(path.join(folder, "hubs/data8"), { recursive: true });
  await writeFile(path.join(folder, "hubs/data8/values"), "a file where a folder should be\n");
  const before = await readFolder(folder);
  const run = await campanile(["init", "--answers", SAMPLE_ANSWERS, folder]);
  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  for (const file of ["campanile.yaml", "hubs/data8/values/common.yaml", "hubs/data8/values/prod.yaml"])
    expect(run.stderr).toContain(`  ${file}\n`);
  expect(run.stderr).not.toContain("hub.yaml");
  expect(await readFolder(folder)).toEqual(before);
});

test("a README that was there before stays, and the rest is written beside it", async () => {
  const folder = await emptyFolder();
  await writeFile(path.join(folder, "README.md"), "ours\n");
  const run = await campanile(["init", "--answers", SAMPLE_ANSWERS, folder]);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toContain("README.md is yours and was left as it is.\n");
  expect(await readFolder(folder)).toMatchObject({ "README.md": "ours\n", "campanile.yaml": expect.any(String) });
});

test("the same answers a second time change nothing, and make up for a file that is gone", async () => {
  const folder = await emptyFolder();
  await campanile(["init", "--answers", SAMPLE_ANSWERS, folder]);
  const first = await readFolder(folder);
  await rm(path.join(folder, "hubs/data8/hub.yaml"));
  const run = await campanile(["init", "--answers", SAMPLE_ANSWERS, folder]);
  expect(run.stdout).toMatch(/^Wrote 1 file to .*\n {2}hubs\/data8\/hub.yaml\n/);
  expect(await readFolder(folder)).toEqual(first);
});

// Only Linux has prlimit.
test.skipIf(process.platform !== "linux")("when the disk takes no more, the folder is as it was", async () => {
  const folder = await emptyFolder();
  // No file of the process may grow beyond this: what the disk does when it is full.
  const [prlimit, limit] = ["prlimit", "--fsize=1000"];
  const [program, args] = campanileCommand(["init", "--answers", SAMPLE_ANSWERS, path.join(folder, "new")]);
  const run = await execa(prlimit, [limit, program, ...args], { reject: false });
  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toMatch(/Nothing was written[\s\S]*EFBIG/);
  expect(await readFolder(folder)).toEqual({});
});

test("when a file cannot be put in its place, those before it are taken back", async () => {
  const folder = await emptyFolder();
  await writeFile(path.join(folder, "LICENSE"), "ours\n");
  await symlink(path.join(folder, "nowhere"), path.join(folder, "hubs"));
  const run = await campanile(["init", "--answers", SAMPLE_ANSWERS, folder]);
  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).not.toMatch(/\n\s+at /);
  expect(await readFolder(folder)).toEqual({ LICENSE: "ours\n" });
});

test("in a folder that is a fleet, init brings the schemas up to date and touches nothing else", async () => {
  const folder = await emptyFolder();
  await campanile(["init", "--answers", SAMPLE_ANSWERS, folder]);
  const first = await readFolder(folder);
  await writeFile(path.join(folder, ".schema/hub.schema.json"), "{}\n");
  await writeFile(path.join(folder, "README.md"), "ours\n");
  const run = await campanile(["init"], { cwd: folder });
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toContain("Wrote 1 file to this folder.\n  .schema/hub.schema.json (brought up to date)");
  expect(await readFolder(folder)).toEqual({ ...first, "README.md": "ours\n" });
  expect((await campanile(["init", folder])).stdout).toContain("up to date; nothing was changed");
});

test("the example lacks only what its reader alone can know, and each gap is told on its line", async () => {
  const { stdout: example, exitCode } = await campanile(["init", "--example"]);
  expect(exitCode).toBe(0);
  const file = path.join(await emptyFolder(), "answers.yaml");
  await writeFile(file, example);
  const run = await campanile(["init", "--answers", file, path.join(path.dirname(file), "new")]);
  const gaps = example.split("\n").flatMap((line, index) => (/^[^#]*\.\.\.$/.test(line) ? [`${file}:${index + 1}`] : []));
  expect(gaps).toHaveLength(3);
  expect(run.stderr.match(/\S+answers.yaml:\d+/g)?.sort()).toEqual(gaps.sort());
  const filled = example.replaceAll("sha256:...", `sha256:${"a".repeat(64)}`).replace("age1...", `age1${"q".repeat(58)}`);
  await writeFile(file, filled);
  expect(await campanile(["init", "--answers", file, path.join(path.dirname(file), "new")])).toMatchObject({ exitCode: 0 });
});

test.each([
  ["no answers and no terminal", ["init"], "campanile init --example > answers.yaml"],
  ["an answers file that is not there", ["init", "--answers", "no/such.yaml"], "no/such.yaml cannot be read"],
])("%s: it says what to do, without a stack trace", async (_title, args, words) => {
  const folder = await emptyFolder();
  const run = await campanile(args, { cwd: folder });
  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain(words);
  expect(run.stderr).not.toMatch(/\n\s+at /);
  expect(await readFolder(folder)).toEqual({});
});

test("help and version are there, and a misspelt command gets a suggestion", async () => {
  const help = await campanile(["--help"]);
  expect(help.exitCode).toBe(0);
  for (const command of ["serve", "init", "validate", "rules", "explain"])
    expect(help.stdout).toMatch(new RegExp(`^ {2}${command}`, "m"));
  expect((await campanile(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+$/);
  const misspelt = await campanile(["int"]);
  expect(misspelt).toMatchObject({ exitCode: 2, stdout: "" });
  expect(misspelt.stderr).toContain("Did you mean init?");
});
