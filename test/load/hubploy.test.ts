import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "tar";
import { describe, expect, onTestFinished, test } from "vitest";
import { createChartStore } from "../../app/adapters/charts/chart-store.ts";
import { hasBlocking } from "../../app/domain/finding.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { judgeChange } from "../../app/pipeline/judge-change.ts";
import { writeFolder } from "../cli/write-folder.ts";
import { CHART_REPOSITORY, type Files, HUBS, makeHubployFleet } from "../fixtures/hubploy/make-hubploy-fleet.ts";
import { makeLargeChart } from "../fixtures/hubploy/make-large-chart.ts";
import { treeOf } from "./config-trees.ts";

const SHA = "5".repeat(40);
const files = makeHubployFleet();
const load = (changes: Files = {}, without: readonly string[] = []) =>
  loadFleet(
    treeOf(Object.fromEntries(Object.entries({ ...files, ...changes }).filter(([file]) => !without.includes(file)))),
    SHA,
  );
const edited = (file: string, from: string | RegExp, to: string): Files => {
  const text = files[file] ?? "";
  expect(text.replace(from, to), `the edit of ${file} changes nothing`).not.toBe(text);
  return { [file]: text.replace(from, to) };
};

describe("a hubploy fleet of DataHub's size", () => {
  test("is read as it is: every hub in both environments, observed, and nothing blocks", async () => {
    const { fleet, findings, mode } = await load();
    expect(findings.filter(({ severity }) => severity === "block")).toEqual([]);
    expect(mode).toBe("observe");
    expect(fleet?.mode).toBe("observe");
    expect(fleet?.environments.map(({ name }) => name)).toEqual(["staging", "prod"]);
    expect(fleet?.hubs.map(({ name }) => name)).toEqual(HUBS.map(({ name }) => name));
    expect(fleet?.hubs.flatMap(({ environments }) => environments)).toHaveLength(54);
    expect(fleet?.clusters.map(({ name, context }) => [name, context])).toEqual([
      ["courses", "gke_course-hubs_us-central1_courses"],
      ["edge", "gke_edge-hubs_us-central1_edge"],
      ["research", "gke_course-hubs_us-central1_research"],
    ]);
  });

  test("has the image of each form: listed, the last of two, by one key, and in the values", async () => {
    const { fleet, findings } = await load();
    const image = (name: string) => fleet?.hubs.find((hub) => hub.name === name)?.environments[1]?.pins.image;
    const byForm = new Map(HUBS.map(({ image: form, name }) => [form, name]));
    for (const form of ["list", "single", "values"] as const) {
      const name = byForm.get(form) ?? "";
      expect(image(name)).toEqual({
        name: `registry.campanile.example/user-images/${name}`,
        tag: expect.stringMatching(/^[0-9a-f]{12}$/),
      });
    }
    expect(image("dev")?.name).toBe("registry.campanile.example/user-images/dev-second");
    expect(findings.filter(({ code }) => code === "two-images").map(({ at }) => [at.file, at.line])).toEqual([
      ["deployments/dev/hubploy.yaml", 4],
    ]);
  });

  test("gives each release its layers in hubploy's order, and its address out of the values", async () => {
    const { fleet, placeOfValue } = await load();
    const prod = fleet?.hubs.find(({ name }) => name === "math")?.environments[1];
    expect(prod).toMatchObject({
      environment: "prod",
      namespace: "math-prod",
      url: "https://math.hubs.example",
      cluster: "courses",
    });
    expect(prod?.valueLayers.map(({ kind, file }) => [kind, file])).toEqual([
      ["plain", "deployments/math/config/common.yaml"],
      ["plain", "deployments/math/config/prod.yaml"],
      ["encrypted", "deployments/math/secrets/prod.yaml"],
      ["plain", "deployments/math/hubploy.yaml"],
    ]);
    const place = (value: string) => placeOfValue("math", "prod", value.split("."));
    expect(place("nfsPVC.nfs.shareName")).toMatchObject({ file: "deployments/math/config/prod.yaml", line: 3 });
    expect(place("jupyterhub.singleuser.image.tag")).toMatchObject({ file: "deployments/math/hubploy.yaml", line: 3 });
    // What only the wrapper chart says has its place there.
    expect(place("jupyterhub.hub.concurrentSpawnLimit")?.file).toBe("hub/values.yaml");
  });

  test("is pinned by what lies in the chart's folder, dependencies by the version that they are named with", async () => {
    const pinOf = async (changes: Files) => (await load(changes)).fleet?.hubs[0]?.environments[0]?.pins.hub;
    const pin = await pinOf({});
    expect(pin).toMatchObject({ chart: "hub", repository: "file://hub", digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(pin?.folder?.chart.dependencies).toEqual([{ name: "jupyterhub", version: "3.4.0", repository: CHART_REPOSITORY }]);
    expect((await pinOf({ "docs/index.md": "x" }))?.digest).toBe(pin?.digest);
    for (const change of [
      edited("hub/requirements.yaml", "3.4.0", "3.4.1"),
      edited("hub/values.yaml", "startTimeout: 600", "startTimeout: 300"),
      { "hub/templates/more.yaml": "" },
    ])
      expect((await pinOf(change))?.digest).not.toBe(pin?.digest);
  });

  test("has the charts of the whole cluster as releases that every environment leans on", async () => {
    const { fleet } = await load();
    expect(fleet?.clusterReleases.map(({ valueLayers, chart, ...rest }) => ({ ...rest, chart: chart.chart }))).toEqual([
      {
        name: "node-placeholder",
        namespace: "node-placeholder",
        cluster: "courses",
        chart: "node-placeholder-scaler",
        deployedWith: "staging",
        reaches: ["staging", "prod"],
      },
      {
        name: "support",
        namespace: "support",
        cluster: "courses",
        chart: "support",
        deployedWith: "staging",
        reaches: ["staging", "prod"],
      },
    ]);
    expect(fleet?.clusterReleases.map(({ valueLayers }) => valueLayers.map(({ file }) => file))).toEqual([
      ["node-placeholder/secrets.yaml"],
      ["support/secrets.yaml"],
    ]);
  });

  test("shows secrets by shape, drops the comments that sops made items of, and says what was not judged", async () => {
    const { fleet, findings, placeOfValue } = await load();
    const secrets = (name: string) => fleet?.hubs.find((hub) => hub.name === name)?.environments[1]?.valueLayers[2];
    const data1 = secrets("data1");
    expect(data1).toMatchObject({
      shape: {
        jupyterhub: {
          hub: {
            extraContainers: [
              {
                name: expect.stringMatching(/^campanile-placeholder:/),
                securityContext: { runAsUser: 0, readOnlyRootFilesystem: false },
              },
            ],
          },
        },
      },
      opaque: [["jupyterhub", "hub", "extraContainers", 0, "command", 0]],
    });
    const container = ["jupyterhub", "hub", "extraContainers", 0, "name"];
    const file = "deployments/data1/secrets/prod.yaml";
    const line = (files[file] ?? "").split("\n").findIndex((text) => text.includes("- name: ")) + 1;
    expect(placeOfValue("data1", "prod", container)).toMatchObject({ file, line });
    expect(secrets("dev")).toMatchObject({ opaque: [["jupyterhub", "hub", "extraVolumes", 0]] });
    const opaque = findings.filter(({ code }) => code === "opaque-secret");
    expect(opaque.map(({ at, severity }) => [at.file, severity])).toEqual(
      ["data1", "dev", "teach"].flatMap((name) =>
        ["prod", "staging"].map((environment) => [`deployments/${name}/secrets/${environment}.yaml`, "info"]),
      ),
    );
  });

  test("goes on around secrets that git-crypt hides, as whoever deploys them has the key", async () => {
    const file = "deployments/logic/secrets/prod.yaml";
    const hidden = { [file]: "\0GITCRYPT\0\u0001\u0002" };
    const { fleet, findings } = await load(hidden);
    expect(findings.filter(({ code }) => code === "git-crypt").map(({ at, severity }) => [at.file, severity])).toEqual([
      [file, "info"],
    ]);
    expect(fleet?.hubs.find(({ name }) => name === "logic")?.environments).toHaveLength(2);
    const deployed = await load({ ...hidden, "campanile.yaml": "mode: deploy\n" });
    expect(deployed.findings.find(({ code }) => code === "git-crypt")?.severity).toBe("block");
  });

  test("tells once what other versions of hubploy refuse or ignore", async () => {
    const { findings } = await load();
    expect(findings.filter(({ code }) => code === "hubploy-version").map(({ what, severity }) => [what, severity])).toEqual([
      ['hubploy from October 2025 on does not read "images". So it is in 22 more files.', "info"],
      ['hubploy from July 2026 on stops at "service_key". So it is in 26 more files.', "info"],
    ]);
  });

  test("is judged with its chart's own schema, fetched by the name in its requirements, and no rule blocks a fleet that works", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "campanile-hubploy-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFolder(folder, makeLargeChart());
    await create({ cwd: folder, gzip: true, file: path.join(folder, "jupyterhub-3.4.0.tgz") }, ["jupyterhub"]);
    const charts = createChartStore({ cacheDir: path.join(folder, "cache"), mirrors: { [CHART_REPOSITORY]: folder } });
    const judge = (changes: Files) =>
      judgeChange({ head: { tree: treeOf({ ...files, ...changes }), sha: SHA } }, { readChart: charts.readChart });
    const good = await judge({});
    expect(good.couldNot).toEqual([]);
    expect(good.findings.filter(({ severity }) => severity === "block")).toEqual([]);

    const bad = await judge(edited("deployments/logic/config/common.yaml", "defaultUrl: /tree", "defaultURL: /tree"));
    const found = bad.findings.filter(({ severity }) => severity === "block");
    expect(found.map(({ at }) => at.file)).toEqual(["deployments/logic/config/common.yaml"]);

    await writeFile(path.join(folder, "jupyterhub-3.4.0.tgz"), "");
    const away = await judge(edited("hub/requirements.yaml", "3.4.0", "3.9.9"));
    expect(away.couldNot.map(({ what, why }) => `${what} ${why}`)).toEqual([
      `${CHART_REPOSITORY} has no chart jupyterhub 3.9.9. The newest it has: 3.4.0.`,
    ]);
  });
});

describe("what hubploy would stumble over is a finding on its line", () => {
  const HUBPLOY = "deployments/logic/hubploy.yaml";
  const cases: [string, Files, string, string, number, RegExp][] = [
    ["no cluster", edited(HUBPLOY, /cluster:[\s\S]*/, ""), "missing-key", HUBPLOY, 1, /Add the key "cluster"/],
    ["an unknown cloud", edited(HUBPLOY, "provider: gcloud", "provider: cloud9"), "invalid-value", HUBPLOY, 6, /./],
    ["a cloud without its cluster", edited(HUBPLOY, "    cluster: courses\n", ""), "missing-key", HUBPLOY, 7, /cluster/],
    ["no section of its cloud", edited(HUBPLOY, "provider: gcloud", "provider: azure"), "missing-key", HUBPLOY, 6, /azure/],
    [
      "images that are none",
      edited(HUBPLOY, /images:\n {2}images:\n.*\n/, "images:\n  image: x\n"),
      "hubploy-images",
      HUBPLOY,
      1,
      /image_name/,
    ],
    [
      "a registry with a port",
      edited(HUBPLOY, "registry.campanile.example/", "registry.example:5000/"),
      "hubploy-images",
      HUBPLOY,
      3,
      /values/,
    ],
    [
      "a secret in clear",
      edited("deployments/logic/secrets/prod.yaml", "sops:", "    clear: text\nsops:"),
      "plain-secret",
      "deployments/logic/secrets/prod.yaml",
      8,
      /sops edit/,
    ],
    ["a chart that cannot be read", { "hub/Chart.yaml": "name: [\n" }, "chart-unreadable", "hub/Chart.yaml", 1, /Mend/],
    [
      "a folder that cannot be a hub",
      { "deployments/Law_2/hubploy.yaml": "" },
      "hub-name",
      "deployments/Law_2/hubploy.yaml",
      1,
      /Rename/,
    ],
  ];

  test.each(cases)("%s", async (_, changes, code, file, line, fix) => {
    const { fleet, findings, mode } = await load(changes);
    const found = findings.find((finding) => finding.code === code && finding.at.file === file);
    expect(
      findings.filter(({ severity }) => severity === "block").map(({ code: each, at }) => [each, at.file, at.line]),
    ).toContainEqual([code, file, line]);
    expect(found?.fix).toMatch(fix);
    expect(fleet).toBeUndefined();
    expect(mode).toBe("observe");
  });

  test("a deployment without hubploy.yaml, and a fleet without a chart", async () => {
    expect((await load({}, [HUBPLOY])).findings).toContainEqual(
      expect.objectContaining({ code: "missing-file", at: { file: HUBPLOY, line: 1 } }),
    );
    const charts = Object.keys(files).filter((file) => /^(?:hub|support|node-placeholder)\//.test(file));
    expect((await load({}, charts)).findings).toContainEqual(
      expect.objectContaining({ code: "missing-file", what: "There is no chart of the hubs." }),
    );
  });
});

describe("clusters of every cloud", () => {
  const block = (text: string) => edited("deployments/logic/hubploy.yaml", /cluster:[\s\S]*/, `cluster:\n${text}`);
  test.each([
    ["aws", "  provider: aws\n  aws: { service_key: x, region: us-west-2, cluster: one }\n", "one", "one"],
    ["azure", "  provider: azure\n  azure: { resource_group: a, cluster: two, auth_file: x }\n", "two", "two"],
    [
      "kubeconfig with a context",
      "  provider: kubeconfig\n  kubeconfig: { filename: key.yaml, context: 'ctx-{namespace}' }\n",
      "ctx-logic-prod",
      "ctx-logic-prod",
    ],
    ["kubeconfig alone", "  provider: kubeconfig\n  kubeconfig: { filename: lab.yaml }\n", "lab", "lab"],
    [
      "the same name in another project",
      "  provider: gcloud\n  gcloud: { project: other, zone: z, cluster: courses }\n",
      "gke_other_z_courses",
      "gke_other_z_courses",
    ],
  ])("%s", async (_, text, name, context) => {
    const { fleet } = await load(block(text));
    expect(fleet?.hubs.find((hub) => hub.name === "logic")?.environments[1]?.cluster).toBe(name);
    expect(fleet?.clusters.find((cluster) => cluster.name === name)?.context).toBe(context);
  });
});

describe("a campanile.yaml beside it", () => {
  test("adds what the layout has no place for", async () => {
    const { fleet, findings, mode } = await load({
      "campanile.yaml": `title: Hubs of Example
mode: deploy
clusters: { courses: { context: mine, kubernetesVersion: 1.30.2 } }
environments: [{ name: staging, branch: staging }, { name: prod, branch: prod, promotion: after 2h }]
`,
    });
    expect(hasBlocking(findings)).toBe(false);
    expect(mode).toBe("deploy");
    expect(fleet).toMatchObject({ title: "Hubs of Example", mode: "deploy" });
    expect(fleet?.clusters[0]).toEqual({ name: "courses", context: "mine", kubernetesVersion: "1.30.2" });
    expect(fleet?.environments).toEqual([
      { name: "staging", branch: "staging", promotion: { kind: "auto" } },
      { name: "prod", branch: "prod", promotion: { kind: "after-soak", soakSeconds: 7200 } },
    ]);
  });

  test("leaves the fleet observed when it does not say otherwise, and its own faults are told", async () => {
    expect((await load({ "campanile.yaml": "title: Hubs\n" })).mode).toBe("observe");
    const { findings } = await load({ "campanile.yaml": "titl: Hubs\n" });
    expect(findings).toContainEqual(expect.objectContaining({ code: "unknown-key", fix: 'Did you mean "title"?' }));
  });
});

test("a layout can be asked for, whatever the files look like", async () => {
  const { findings } = await loadFleet(treeOf(files), SHA, { layout: "campanile" });
  expect(findings.map(({ code, at }) => [code, at.file])).toEqual([["missing-file", "campanile.yaml"]]);
});

test("a link in the place of a values file is told; a link beside them is nobody's fault, and secrets in a submodule only remarked", async () => {
  const refused = [
    { path: "deployments/logic/config/prod.yaml", why: "link" },
    { path: "deployments/logic/secrets/gke-key.json", why: "link" },
    { path: "deployments/template/x", why: "link" },
    { path: "docs", why: "submodule" },
    { path: "hub/templates/more.yaml", why: "link" },
    { path: "secrets", why: "submodule" },
  ] as const;
  const { findings } = await loadFleet({ ...treeOf(files), listRefused: async () => [...refused] }, SHA);
  expect(findings.filter(({ code }) => code === "refused-file").map(({ at, severity }) => [at.file, severity])).toEqual([
    ["deployments/logic/config/prod.yaml", "block"],
    ["hub/templates/more.yaml", "block"],
    ["secrets", "warn"],
  ]);
});
