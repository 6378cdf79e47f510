import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { writeFolder } from "../cli/write-folder.ts";
import { readFolder } from "../load/config-trees.ts";

const ACTION = path.resolve(import.meta.dirname, "../../actions/validate-config/dist/main.mjs");
const VALUES = "hubs/data8/values/common.yaml";

test("a fleet in order passes, and says so in the summary and the outputs", async () => {
  const { workspace } = await checkout();
  const { exitCode, commands, summary, outputs } = await runAction(workspace, { path: "deploy-config", offline: "true" });
  expect(summary).toContain("### No faults found in 3 hubs");
  expect(outputs).toEqual({ blocks: "0", warnings: "0", evaluated: "true" });
  expect(commands).toEqual([]);
  expect(exitCode).toBe(0);
});

test("a fault fails the step, is marked on its line below the checkout, and is told in the summary", async () => {
  const { workspace, fleet } = await checkout();
  const broken = ((await readFolder(fleet))[VALUES] ?? "").replace("limit: 2G", "limit: 2Gi");
  await writeFile(path.join(fleet, VALUES), broken);
  const line = broken.split("\n").findIndex((each) => each.includes("2Gi")) + 1;
  const inputs = { path: "deploy-config", offline: "true", sarif: "out.sarif" };
  const { exitCode, commands, summary, outputs } = await runAction(workspace, inputs);
  expect(commands).toEqual([
    expect.stringMatching(new RegExp(`^::error title=memory-unit,file=deploy-config/${VALUES},line=${line},col=\\d+::`)),
  ]);
  expect(summary).toContain("### 1 fault to mend");
  expect(summary).toContain(`**${VALUES}, line ${line}**`);
  expect(outputs).toEqual({ blocks: "1", warnings: "0", evaluated: "true" });
  expect(JSON.parse(await readFile(path.join(workspace, "out.sarif"), "utf8")).runs[0].results).toHaveLength(1);
  expect(exitCode).toBe(1);
});

test("rules about change compare with a base that is given", async () => {
  const { workspace, fleet } = await checkout();
  const shared = path.join(fleet, "values/common.yaml");
  await writeFile(shared, (await readFile(shared, "utf8")).replace("pvcNameTemplate: home-", "pvcNameTemplate: work-"));
  const { commands, exitCode } = await runAction(workspace, { path: "deploy-config", offline: "true", base: "HEAD" });
  expect(commands.join("\n")).toContain("title=home-moves");
  expect(exitCode).toBe(1);
});

test("no more are marked than GitHub shows of one step; all of them are in the summary", async () => {
  const { workspace, fleet } = await checkout();
  const count = 30;
  for (let index = 0; index < count; index++) await writeFile(path.join(fleet, `hubs/data8/values/stray${index}.yaml`), "{}");
  const { commands, summary, outputs } = await runAction(workspace, { path: "deploy-config", offline: "true" });
  expect(commands).toHaveLength(10);
  expect(summary.match(/`unread-file`/g)).toHaveLength(count);
  expect(outputs.blocks).toBe(String(count));
});

test("what looks like a key is shown nowhere: not in the log, the marks, the summary or the SARIF", async () => {
  const { workspace, fleet } = await checkout();
  const key = `ghp_${"can4ry".repeat(6)}`;
  await writeFile(path.join(fleet, "hubs/data8/hub.yaml"), `${(await readFolder(fleet))["hubs/data8/hub.yaml"]}${key}: 1\n`);
  const inputs = { path: "deploy-config", offline: "true", sarif: "out.sarif" };
  const { stdout, summary } = await runAction(workspace, inputs);
  for (const text of [stdout, summary, await readFile(path.join(workspace, "out.sarif"), "utf8")]) {
    expect(text).not.toContain(key.slice(0, 12));
    expect(text).toContain("hidden: looks like a GitHub token");
  }
});

test("text of a pull request begins no command of its own, and no markup", async () => {
  const { workspace, fleet } = await checkout();
  const key = "x\\n::set-output name=blocks::0\\n##[error]x\\n<img src=x>";
  await writeFile(path.join(fleet, "hubs/data8/hub.yaml"), `${(await readFolder(fleet))["hubs/data8/hub.yaml"]}\n"${key}": 1\n`);
  const { stdout, summary, outputs } = await runAction(workspace, { path: "deploy-config", offline: "true" });
  // What stands between the two is no command for the runner, whatever it is.
  const heeded = stdout.replace(/^::stop-commands::(\S+)\n[\s\S]*?^::\1::\n/m, "");
  const lines = heeded.split("\n").filter((line) => line !== "" && !line.startsWith("::error "));
  expect(lines).toEqual([]);
  expect(summary).not.toContain("<img");
  expect(Number(outputs.blocks)).toBeGreaterThan(0);
});

test.each([
  [{ path: "elsewhere" }, "elsewhere"],
  [{ path: "deploy-config", layout: "helmfile" }, 'The input "layout" of this step is "helmfile".'],
  [{ path: "deploy-config", base: "no-such-branch" }, "no-such-branch cannot be read"],
])("what cannot be evaluated fails and says why: %j", async (inputs, told) => {
  const { workspace } = await checkout();
  const { exitCode, commands, summary, outputs } = await runAction(workspace, { offline: "true", ...inputs });
  expect(commands).toEqual([expect.stringContaining(told.replaceAll("%", "%25"))]);
  expect(summary).toContain("### Not everything could be evaluated");
  expect(outputs.evaluated).toBe("false");
  expect(exitCode).toBe(1);
});

test("a chart that cannot be fetched is told, and the step fails", async () => {
  const { workspace } = await checkout();
  const { exitCode, commands, outputs } = await runAction(workspace, {
    path: "deploy-config",
    mirrors: `https://=${path.join(workspace, "no-charts")}\noci://=${path.join(workspace, "no-charts")}`,
  });
  expect(commands.join("\n")).toContain("::error::");
  expect(outputs.evaluated).toBe("false");
  expect(exitCode).toBe(1);
});

/** A runner's workspace, with the sample fleet checked out one folder down. */
async function checkout(): Promise<{ workspace: string; fleet: string }> {
  const workspace = await mkdtemp(path.join(tmpdir(), "campanile-action-"));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  const fleet = path.join(workspace, "deploy-config");
  await writeFolder(fleet, await readFolder(SAMPLE_FLEET_FOLDER));
  const git = (...args: string[]) =>
    execa("git", ["-C", workspace, "-c", "user.name=a", "-c", "user.email=a@b.example", ...args]);
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "start");
  return { workspace, fleet };
}

/** Runs the bundle as GitHub's runner does: nothing installed, inputs in the environment, answers in files. */
async function runAction(workspace: string, inputs: Readonly<Record<string, string>>) {
  const runner = await mkdtemp(path.join(tmpdir(), "campanile-runner-"));
  onTestFinished(() => rm(runner, { recursive: true, force: true }));
  const files = { GITHUB_OUTPUT: path.join(runner, "output"), GITHUB_STEP_SUMMARY: path.join(runner, "summary") };
  for (const file of Object.values(files)) await writeFile(file, "");
  const { stdout, exitCode } = await execa(process.execPath, [ACTION], {
    cwd: workspace,
    reject: false,
    extendEnv: false,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: runner,
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: workspace,
      ...files,
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  });
  const output = await readFile(files.GITHUB_OUTPUT, "utf8");
  return {
    exitCode,
    stdout,
    commands: stdout.split("\n").filter((line) => /^::(error|warning|notice)/.test(line)),
    summary: await readFile(files.GITHUB_STEP_SUMMARY, "utf8"),
    outputs: Object.fromEntries(
      [...output.matchAll(/^(\w+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , value]) => [name, value]),
    ),
  };
}
