import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { createHelm, type TemplateOptions } from "../../../app/adapters/helm/create-helm.ts";
import { openTemplates } from "../../../app/adapters/helm/resident-renderer.ts";
import { explanationOf } from "../../../app/domain/errors.ts";
import { packSampleCharts } from "../../../app/local/seed/sample-artefacts.ts";
import { type Printed, parseManifests } from "../../../app/render/parse-manifests.ts";
import { ensureTools, type ToolPaths } from "../../../tools/install-tools.ts";
import { makeLargeChart } from "../../fixtures/hubploy/make-large-chart.ts";

let tools: ToolPaths;
beforeAll(async () => {
  tools = await ensureTools(["helm"]);
});

const redact = (text: string) => text.replaceAll("hunter2!", "[hidden]");

async function openBoth() {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-renderer-"));
  const options = { homeDir: path.join(folder, "helm"), redact };
  const helm = createHelm({ ...options, binary: tools.helm });
  let fellBack = 0;
  const counting = {
    template: (...call: Parameters<typeof helm.template>) => {
      fellBack += 1;
      return helm.template(...call);
    },
  };
  const resident = openTemplates(counting, tools["helm-render"], options);
  onTestFinished(async () => {
    await resident.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, helm, resident, fellBack: () => fellBack };
}

async function writeChart(folder: string, files: Record<string, string>): Promise<string> {
  const chart = await mkdtemp(path.join(folder, "chart-"));
  for (const [file, text] of Object.entries({ "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", ...files })) {
    await mkdir(path.dirname(path.join(chart, file)), { recursive: true });
    await writeFile(path.join(chart, file), text);
  }
  return chart;
}

const options = (values: TemplateOptions["values"], more: Partial<TemplateOptions> = {}): TemplateOptions => ({
  namespace: "data8-staging",
  values,
  cluster: { kubeVersion: "1.36.3" },
  ...more,
});

/** The objects that are rendered, or how that fails, as far as anybody is told. */
async function outcome(rendering: Promise<Printed>): Promise<unknown> {
  try {
    return parseManifests(await rendering, "data8-staging", "data8-staging");
  } catch (error) {
    return explanationOf(error) ?? error;
  }
}

const CONFIG_MAP = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n${data}`;
const HOOK = (events: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: "{{ .Release.Name }}-${events}", annotations: {"helm.sh/hook": ${events}}}\n`;

const CHARTS: Record<string, [Record<string, string>, TemplateOptions["values"], Partial<TemplateOptions>?]> = {
  "values as they are written": [
    {
      "templates/a.yaml": CONFIG_MAP("  all: {{ toJson .Values | quote }}\n"),
      "values.yaml": "own: {a: 0666, b: 1e3}\ngone: 1\n",
    },
    { whole: 9007199254740991, part: 1.5, text: "0666", yes: true, gone: null, list: [1, { a: null }], text2: "ü\u2028<&>" },
  ],
  "release, capabilities and hooks": [
    {
      "templates/a.yaml": CONFIG_MAP(
        '  it: {{ printf "%v %v %v" .Release .Capabilities.KubeVersion .Capabilities.APIVersions | quote }}\n',
      ),
      "templates/h.yaml": `${HOOK("pre-upgrade")}---\n${HOOK("test")}---\n${HOOK("post-delete")}`,
    },
    {},
    { cluster: { kubeVersion: "1.31.0" } },
  ],
  "no name server is asked": [{ "templates/a.yaml": CONFIG_MAP('  ip: {{ getHostByName "localhost" | quote }}\n') }, {}],
  "a chart that reads the environment": [{ "templates/a.yaml": CONFIG_MAP('  home: {{ env "HOME" | quote }}\n') }, {}],
  "a template that fails with a secret": [
    { "templates/a.yaml": '{{ fail (printf "no: %s" .Values.secret) }}' },
    { secret: "hunter2!" },
  ],
  "a schema that refuses": [
    {
      "values.schema.json": '{"properties": {"a": {"type": "string"}}}',
      "templates/a.yaml": CONFIG_MAP("  a: b\n"),
    },
    { a: 1, b: 2 },
  ],
  "a schema that is skipped": [
    { "values.schema.json": '{"properties": {"a": {"type": "string"}}}', "templates/a.yaml": CONFIG_MAP("  a: b\n") },
    { a: 1 },
    { isSchemaSkipped: true },
  ],
  "YAML that is none": [{ "templates/a.yaml": "a: b: c\n" }, {}],
  "a library": [{ "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\ntype: library\n" }, {}],
  "a dependency that is not there": [
    {
      "Chart.yaml":
        "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 1.0.0, repository: https://x.example}]\n",
    },
    {},
  ],
  "a Kubernetes that it does not want": [
    { "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\nkubeVersion: '>=2'\n", "templates/a.yaml": CONFIG_MAP("  a: b\n") },
    {},
  ],
};

test.each(Object.entries(CHARTS))("prints and fails as Helm does: %s", async (_what, [files, values, more]) => {
  const { folder, helm, resident, fellBack } = await openBoth();
  const chart = await writeChart(folder, files);
  const expected = await outcome(helm.template("data8-staging", chart, options(values, more)));
  expect(await outcome(resident.template("data8-staging", chart, options(values, more)))).toEqual(expected);
  expect(JSON.stringify(expected)).not.toContain("hunter2!");
  expect(fellBack()).toBe(0);
});

test("real charts come out the same, many at once, and not one depends on the one before", async () => {
  const { folder, helm, resident, fellBack } = await openBoth();
  const [hub] = await packSampleCharts();
  const packed = path.join(folder, "hub.tgz");
  await writeFile(packed, hub?.tgz ?? "");
  const large = path.join(await writeChart(folder, makeLargeChart()), "jupyterhub");
  // What a chart makes up is given, so that nothing is left to chance.
  const secrets = {
    hub: { cookieSecret: "0".repeat(64), config: { CryptKeeper: { keys: ["k"] } } },
    proxy: { secretToken: "1".repeat(64) },
  };
  const calls = Array.from({ length: 24 }, (_, index) => {
    const own = { ...secrets, hub: { ...secrets.hub, concurrentSpawnLimit: index + 1 } };
    return index % 2 === 0 ? ([packed, { jupyterhub: own }] as const) : ([large, own] as const);
  });
  const all = (who: typeof helm.template) =>
    Promise.all(calls.map(([chart, values]) => outcome(who("hub", chart, options(values)))));
  const ours = await all(resident.template);
  expect(ours).toEqual(await all(helm.template));
  expect(ours.every((objects) => Array.isArray(objects) && JSON.stringify(objects).length > 1_000)).toBe(true);
  expect(new Set(ours.map((objects) => JSON.stringify(objects))).size).toBeGreaterThan(2);
  expect(fellBack()).toBe(0);
});

test("a renderer that dies in the middle costs nobody their render, and the next one is there", async () => {
  const { folder, resident, fellBack } = await openBoth();
  const slow = await writeChart(folder, {
    "templates/a.yaml": `{{ range until 300000 }}{{ $x := sha256sum (toString .) }}{{ end }}${CONFIG_MAP("  a: done\n")}`,
  });
  const quick = await writeChart(folder, { "templates/a.yaml": CONFIG_MAP("  a: quick\n") });
  const rendering = resident.template("slow", slow, options({}));
  process.kill(await pidOfRenderer(), "SIGKILL");
  expect(await rendering).toEqual({ text: expect.stringContaining("a: done") });
  expect(fellBack()).toBe(1);
  expect(await resident.template("quick", quick, options({}))).toEqual({
    documents: [expect.objectContaining({ data: { a: "quick" } })],
  });
  expect(fellBack()).toBe(1);
});

test("once it is stopped nothing of it is left, and who still asks is served by Helm", async () => {
  const { folder, resident, fellBack } = await openBoth();
  const chart = await writeChart(folder, { "templates/a.yaml": CONFIG_MAP("  a: b\n") });
  await resident.template("x", chart, options({}));
  const pid = await pidOfRenderer();
  await resident.stop();
  expect(() => process.kill(pid, 0)).toThrow();
  expect(await resident.template("x", chart, options({}))).toEqual({ text: expect.stringContaining("a: b") });
  expect(fellBack()).toBe(1);
});

/** The one that this process has started. */
async function pidOfRenderer(): Promise<number> {
  for (;;) {
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      const [stat = "", command = ""] = await Promise.all(
        ["stat", "cmdline"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
      );
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      if (parent === process.pid && command.startsWith(tools["helm-render"])) return Number(pid);
    }
  }
}
