import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { packSampleCharts, SAMPLE_FLEET_FOLDER } from "../../app/local/seed/sample-artefacts.ts";
import { ensureTools } from "../../tools/install-tools.ts";
import { CHART_REPOSITORY, makeHubployFleet } from "../fixtures/hubploy/make-hubploy-fleet.ts";
import { makeLargeChart } from "../fixtures/hubploy/make-large-chart.ts";
import { campanile } from "./run-campanile.ts";
import { writeFolder } from "./write-folder.ts";

const RELEASE = ["--hub", "data8", "--env", "prod"];

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-values-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The sample's charts as a mirror's folder, and a cache that is empty. */
async function sampleCharts(): Promise<{ flags: string[]; env: Record<string, string>; folder: string }> {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, "charts"));
  for (const { name, version, tgz } of await packSampleCharts())
    await writeFile(path.join(folder, "charts", `${name}-${version}.tgz`), tgz);
  return {
    folder,
    flags: ["--mirror", `https://charts.campanile.example/=${path.join(folder, "charts")}`],
    env: { CAMPANILE_DATA_DIR: path.join(folder, "data") },
  };
}

let helm: string;
beforeAll(async () => {
  helm = (await ensureTools(["helm"])).helm;
});

describe("campanile values", () => {
  test("prints each value with the file and line, or the chart, that it comes from, and no secret", async () => {
    const { flags, env } = await sampleCharts();
    const { stdout, exitCode } = await campanile(["values", SAMPLE_FLEET_FOLDER, ...RELEASE, "--show-origin", ...flags], { env });
    expect(exitCode).toBe(0);
    const origin = (text: string) => new RegExp(`${text}.* # (.*)$`, "m").exec(stdout)?.[1];
    expect(origin("hosted_domain:\\n +- .*") ?? origin("allow_all:")).toMatch(/^values\/common\.yaml:\d+$/);
    expect(origin("concurrentSpawnLimit:")).toMatch(/^hubs\/data8\/values\/prod\.yaml:\d+$/);
    expect(origin("secretToken: <secret>")).toMatch(/^hubs\/data8\/secrets\/prod\.yaml:\d+$/);
    expect(origin("tag: .*@sha256:.*")).toBe("hubs/data8/pins/prod.yaml");
    expect(origin("namedServerLimitPerUser:") ?? origin("activeServerLimit:") ?? origin("allowNamedServers:")).toBe(
      "chart jupyterhub 4.4.0",
    );
    expect(stdout).not.toContain("campanile-placeholder");
  });

  test("without origins is YAML that says what the real Helm makes of the same files", async () => {
    const folder = await temporaryFolder();
    const fleet = makeHubployFleet();
    await writeFolder(path.join(folder, "fleet"), fleet);
    await writeFolder(path.join(folder, "large"), makeLargeChart());
    await mkdir(path.join(folder, "charts"));
    await execa(helm, ["package", path.join(folder, "large/jupyterhub"), "--destination", path.join(folder, "charts")]);
    const { stdout } = await campanile(
      [
        "values",
        path.join(folder, "fleet"),
        "--hub",
        "logic",
        "--env",
        "prod",
        "--mirror",
        `${CHART_REPOSITORY}=${path.join(folder, "charts")}`,
      ],
      { env: { CAMPANILE_DATA_DIR: path.join(folder, "data") } },
    );

    const chart = path.join(folder, "fleet/hub");
    await execa("cp", ["-r", path.join(folder, "charts"), path.join(chart, "charts")]);
    await writeFile(path.join(chart, "templates/all.yaml"), "all: {{ .Values | toJson | quote }}\n");
    const config = path.join(folder, "fleet/deployments/logic");
    const image = /name: (.*):(.*)/.exec(fleet["deployments/logic/hubploy.yaml"] ?? "");
    const secret =
      "jupyterhub: { hub: { config: { CanvasOAuthenticator: { client_id: <secret>, client_secret: <secret>, oauth_callback_url: <secret> } } } }\n";
    await writeFile(path.join(folder, "secret.yaml"), secret);
    const rendered = await execa(helm, [
      "template",
      "logic-prod",
      chart,
      ...["config/common.yaml", "config/prod.yaml"].flatMap((file) => ["-f", path.join(config, file)]),
      ...["-f", path.join(folder, "secret.yaml")],
      ...["--set-string", `jupyterhub.singleuser.image.tag=${image?.[2]}`],
      ...["--set-string", `jupyterhub.singleuser.image.name=${image?.[1]}`],
      ...["--show-only", "templates/all.yaml"],
    ]);
    expect(parse(stdout, { version: "1.1" })).toEqual(JSON.parse(parse(rendered.stdout).all));
  });

  test("says what is there when a hub or an environment is not, and what is wrong with a fleet that has faults", async () => {
    const { stderr, exitCode } = await campanile(["values", SAMPLE_FLEET_FOLDER, "--offline", "--hub", "data9", "--env", "prod"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe('There is no hub "data9".\nThere are: data100, data8, prob140.\nDid you mean "data8"?');
    const environment = await campanile(["values", SAMPLE_FLEET_FOLDER, "--offline", "--hub", "data8", "--env", "production"]);
    expect(environment.stderr).toContain('There is no environment "production".');
    const folder = await temporaryFolder();
    await writeFolder(folder, { "campanile.yaml": "title: [\n" });
    const faulty = await campanile(["values", folder, "--offline", ...RELEASE]);
    expect(faulty).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("campanile.yaml:") });
  });
});

describe("charts of campanile validate", () => {
  test("come out of a mirror, and are judged by their own schema", async () => {
    const { flags, env, folder } = await sampleCharts();
    const good = await campanile(["validate", SAMPLE_FLEET_FOLDER, ...flags], { env });
    expect(good).toMatchObject({ exitCode: 0, stderr: "" });
    const fleet = path.join(folder, "fleet");
    await execa("cp", ["-r", SAMPLE_FLEET_FOLDER, fleet]);
    await writeFile(path.join(fleet, "hubs/data8/values/prod.yaml"), "jupyterhub: { hub: { concurrentSpawnLimit: many } }\n");
    const bad = await campanile(["validate", fleet, ...flags, "--format", "json"], { env });
    expect(bad.exitCode).toBe(1);
    expect(bad.stdout).toContain("concurrentSpawnLimit");
  });

  test("that cannot be fetched end with 2 and the reason, after all that could be said without them", async () => {
    const { env, folder } = await sampleCharts();
    const nothing = path.join(folder, "nothing");
    const { exitCode, stdout, stderr } = await campanile(
      ["validate", SAMPLE_FLEET_FOLDER, "--mirror", `https://charts.campanile.example/=${nothing}`],
      { env },
    );
    expect(exitCode).toBe(2);
    expect(stdout).toContain("3 hubs");
    expect(stderr).toContain("The chart hub 1.0.0 could not be fetched from https://charts.campanile.example/.");
  });

  test("a mirror that cannot be read is told", async () => {
    const { exitCode, stderr } = await campanile(["validate", SAMPLE_FLEET_FOLDER, "--mirror", "charts"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('The mirror "charts" cannot be read.');
  });
});
