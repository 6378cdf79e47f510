import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { packSampleCharts, SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { ensureTools } from "../../tools/install-tools.ts";
import { campanile } from "./run-campanile.ts";

let helm: string;
beforeAll(async () => {
  helm = (await ensureTools(["helm"])).helm;
});

/** The sample fleet as somebody has it cloned, one commit, and the sample's charts within reach. */
async function cloneSample(env: Record<string, string> = {}) {
  const home = await mkdtemp(path.join(tmpdir(), "campanile-diff-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const folder = path.join(home, "deploy-config");
  const charts = path.join(home, "charts");
  await cp(SAMPLE_FLEET_FOLDER, folder, { recursive: true });
  await mkdir(charts);
  for (const { name, version, tgz } of await packSampleCharts())
    await writeFile(path.join(charts, `${name}-${version}.tgz`), tgz);
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.edu", ...args], { cwd: folder });
  await git("init", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--message", "Describe our hubs");
  const run = (command: string, ...args: string[]) =>
    campanile([command, folder, ...args], {
      env: { CAMPANILE_DATA_DIR: path.join(home, "data"), CAMPANILE_HELM: helm, ...env },
    });
  return {
    git,
    async edit(file: string, from: string | RegExp, to: string) {
      const text = await readFile(path.join(folder, file), "utf8");
      expect(text).toMatch(from);
      await writeFile(path.join(folder, file), text.replace(from, to));
    },
    plan: (...args: string[]) => run("plan", ...args),
    diff: (...args: string[]) => run("diff", "--mirror", `https://charts.campanile.example/=${charts}`, ...args),
  };
}

test("campanile plan says which releases a change moves, in the order of rollout, and why", async () => {
  const clone = await cloneSample();
  expect(await clone.plan("--base", "HEAD")).toMatchObject({ exitCode: 0, stdout: "No release gets other inputs." });
  await clone.edit("values/staging.yaml", "timeout: 1800", "timeout: 900");
  await clone.edit("hubs/data8/pins/prod.yaml", "2026.11.1", "2026.11.2");
  expect(await clone.plan("--base", "HEAD")).toMatchObject({
    exitCode: 0,
    stdout: [
      "data100-staging  values/staging.yaml changes",
      "data8-staging  values/staging.yaml changes",
      "data8-prod  image user-data8 2026.11.1 → 2026.11.2",
      "prob140-staging  values/staging.yaml changes",
      "4 releases of 6.",
    ].join("\n"),
  });
  const { stdout } = await clone.plan("--base", "HEAD", "--hub", "data8", "--env", "prod", "--format", "json");
  expect(JSON.parse(stdout)).toEqual({
    releases: [
      {
        release: "data8-prod",
        hub: "data8",
        environment: "prod",
        namespace: "data8-prod",
        change: "changed",
        reasons: ["image user-data8 2026.11.1 → 2026.11.2"],
      },
    ],
  });
});

test("campanile diff shows in a terminal what the comment would show, once for releases that change alike", async () => {
  const clone = await cloneSample();
  for (const environment of ["staging", "prod"])
    await clone.edit(`hubs/data8/pins/${environment}.yaml`, "2026.11.1", "2026.11.2");
  const { stdout, exitCode } = await clone.diff("--base", "HEAD");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Data 8: image user-data8 2026\.11\.1 → 2026\.11\.2 on staging, then prod\n/);
  expect(stdout).toContain(
    "data8-staging, data8-prod\n  image user-data8 2026.11.1 → 2026.11.2\n  6 objects change; hub restarts",
  );
  expect(stdout.match(/^In .*:$/gm)).toEqual(["In data8-staging, and in the same way in data8-prod:"]);
  expect(stdout).toMatch(/^ {2}- values\.yaml\.singleuser\.image\.tag: 2026\.11\.1@sha256:[0-9a-f]{64}$/m);
  expect(stdout).toMatch(/^ {2}\+ values\.yaml\.singleuser\.image\.tag: 2026\.11\.2@sha256:[0-9a-f]{64}$/m);
  expect(stdout).toMatch(/checksum\/config-map: [0-9a-f]{8}…$/m);
  expect(stdout).toContain("asked no cluster, so what charts look up there is missing.");
  expect(stdout).not.toContain("campanile-placeholder");
});

test("campanile diff compares two commits, one hub and environment, as Markdown and as JSON", async () => {
  const clone = await cloneSample();
  await clone.edit("values/common.yaml", /^jupyterhub:\n/m, "jupyterhub:\n  debug: { enabled: true }\n");
  await clone.git("commit", "--all", "--message", "Debug everything");
  const one = ["--base", "HEAD~1", "--head", "HEAD", "--hub", "data8", "--env", "prod"];
  const { stdout: markdown } = await clone.diff(...one, "--format", "markdown");
  expect(markdown).toContain("| data8-prod | values/common.yaml changes | ");
  expect(markdown).toContain("<details><summary>What changes in data8-prod</summary>");
  expect(markdown).not.toContain("data8-staging |");
  const { stdout: json } = await clone.diff(...one, "--format", "json");
  const [sha] = (await clone.git("rev-parse", "HEAD")).stdout.split("\n");
  expect(JSON.parse(json)).toMatchObject({
    headSha: sha,
    releases: [
      {
        releaseId: "data8-prod",
        causes: [{ path: "jupyterhub.debug.enabled", at: { file: "values/common.yaml" } }],
        diff: { objects: expect.arrayContaining([expect.objectContaining({ change: "changed" })]) },
      },
    ],
  });
});

test("a misspelt hub or environment is refused, and not told to be unchanged", async () => {
  const clone = await cloneSample();
  await clone.edit("hubs/data8/pins/prod.yaml", "2026.11.1", "2026.11.2");
  for (const command of [clone.plan, clone.diff]) {
    const hub = await command("--base", "HEAD", "--hub", "data88");
    expect(hub).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringContaining('Did you mean "data8"?') });
    const environment = await command("--base", "HEAD", "--env", "production");
    expect(environment).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('has no environment "production"') });
  }
});

test("a chart whose version alone is raised stops the change, which would deploy nothing", async () => {
  const clone = await cloneSample();
  await clone.edit("hubs/data8/pins/prod.yaml", /version: "?1\.0\.0"?/, 'version: "1.1.0"');
  const { exitCode, stdout } = await clone.diff("--base", "HEAD");
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/hubs\/data8\/pins\/prod\.yaml:1 {2}chart-pin-split\n/);
  expect(stdout).toContain(
    "The pin says hub 1.1.0, and its digest is that of hub 1.0.0: 1.0.0 runs now, and nothing would change.",
  );
});

test("faults, a chart or a revision that is not there and a missing Helm are told, each with its exit code", async () => {
  const clone = await cloneSample();
  expect(await clone.diff("--base", "v9")).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("v9") });
  expect(await clone.plan("--base", "v9")).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("v9") });

  await clone.edit("hubs/data8/pins/prod.yaml", /version: "?1\.0\.0"?/, "version: 9.9.9");
  await clone.edit("hubs/data8/pins/prod.yaml", /digest: "?sha256:../, 'digest: "sha256:00');
  expect(await clone.diff("--base", "HEAD")).toMatchObject({
    exitCode: 2,
    stdout: expect.stringMatching(/no chart hub 9\.9\.9/),
  });

  await clone.edit("values/common.yaml", /^jupyterhub:\n/m, "jupyterhub:\n  debug: { enabled: true, enabled: false }\n");
  expect(await clone.diff("--base", "HEAD")).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(/values\/common\.yaml:\d+ +duplicate-key/),
  });
  expect(await clone.plan("--base", "HEAD")).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("duplicate-key") });

  const without = await cloneSample({ CAMPANILE_HELM: "/nowhere/helm" });
  const { exitCode, stderr } = await without.diff("--base", "HEAD");
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/Helm/);
  expect(stderr).not.toMatch(/\n {4}at /);
});
