import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gzipStored, packTar } from "../../app/adapters/charts/deterministic-archive.ts";
import { createHelm } from "../../app/adapters/helm/create-helm.ts";
import { createImageRegistry } from "../../app/adapters/images/image-layers.ts";
import { diffRelease } from "../../app/diff/diff-release.ts";
import { isDoubtful, isMadeAsBefore } from "../../app/diff/may-be-chance.ts";
import { RECORDED_FIELD_TYPES } from "../../app/diff/recorded-field-types.ts";
import { ConfigError } from "../../app/domain/errors.ts";
import type { ImagePin } from "../../app/domain/hub.ts";
import type { JsonObject } from "../../app/domain/json.ts";
import type { Release } from "../../app/domain/release.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { packChart } from "../../app/local/seed/pack-chart.ts";
import { previewRelease, type ReleasePreviewPorts } from "../../app/pipeline/preview-release.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import { createRenderer, type RenderPorts } from "../../app/render/render-release.ts";
import { ensureTools } from "../../tools/install-tools.ts";
import { folderTree } from "../load/config-trees.ts";

const ROOT = join(import.meta.dirname, "../..");

let folder: string;
let helm: ReturnType<typeof createHelm>;
let hubChart: string;
let data8: Release & { image: ImagePin };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "campanile-render-"));
  helm = createHelm({ binary: (await ensureTools(["helm"])).helm, homeDir: join(folder, "helm"), redact: (text) => text });
  const { tgz } = await packChart(join(ROOT, "charts/hub"), [join(ROOT, "test/fixtures/charts/jupyterhub")]);
  hubChart = await writeChart("hub.tgz", tgz);
  const { fleet } = await loadFleet(await folderTree(join(ROOT, "deploy-config")), "a".repeat(40));
  const release = fleet && releasesOf(fleet, await helm.version()).find(({ id }) => id === "data8-staging");
  if (!release?.image) throw new Error("the sample fleet has no data8-staging with an image");
  data8 = { ...release, image: release.image };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeChart(name: string, tgz: Buffer): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, tgz);
  return file;
}

/** A renderer on the real Helm, without a cluster, that counts how often it is called. */
function startRenderer(chart = hubChart, more: Partial<RenderPorts> = {}) {
  const calls: string[] = [];
  const renders = createRenderer({
    helmVersion: "4.2.4",
    fetchChart: async () => chart,
    async template(name, file, { namespace, values, kubeVersion }) {
      calls.push(name);
      return { printed: await helm.template(name, file, { namespace, values, cluster: { kubeVersion } }), asked: [] };
    },
    ...more,
  });
  return {
    renders,
    render: (release: Release) => renders.renderRelease(release, "none"),
    findMadeUp: (release: Release) => renders.findMadeUp(release, "none"),
    calls,
  };
}

/** For a preview without a cluster. */
const portsOf = (renders: ReturnType<typeof createRenderer>): ReleasePreviewPorts => ({
  renders,
  openLookups: async () => "none",
  keepLookups: async () => {},
  fetchFieldTypes: async () => RECORDED_FIELD_TYPES,
  inspectorFor() {
    throw new Error("there is no cluster to look into");
  },
  fetchImageLayers: createImageRegistry({ mirrors: {} }).fetchLayers,
  addSecret() {},
});

const OPTIONS = {
  releaseId: "data8-staging",
  hub: "data8",
  environment: "staging",
  fieldTypes: RECORDED_FIELD_TYPES,
  fingerprintKey: Buffer.alloc(32),
};

/** A release that has other values on top, and so another bundle. */
function withValues(values: JsonObject): Release {
  const bundleDigest = JSON.stringify(values);
  return { ...data8, bundleDigest, valueLayers: [...data8.valueLayers, { kind: "plain", file: "more.yaml", values }] };
}

const chartOf = (templates: Record<string, string>, rest: Record<string, string> = {}) =>
  gzipStored(
    packTar(
      new Map(
        Object.entries({
          "hub/Chart.yaml": "apiVersion: v2\nname: hub\nversion: 1.0.0\n",
          ...Object.fromEntries(Object.entries(templates).map(([name, text]) => [`hub/templates/${name}`, text])),
          ...rest,
        }).map(([name, text]) => [name, Buffer.from(text)]),
      ),
    ),
  );

test("without a cluster, what a chart makes up by chance is found by rendering once more", async () => {
  const { render, findMadeUp } = startRenderer();
  const { manifests, reached } = await render(data8);
  const names = manifests.map(({ id }) => `${id.kind} ${id.name}`);
  expect(names).toEqual(
    expect.arrayContaining([
      "Deployment hub",
      "Deployment proxy",
      "Secret hub",
      "ConfigMap course",
      "PersistentVolumeClaim hub-db-dir",
    ]),
  );
  expect(manifests.find(({ id }) => id.name === "hook-image-puller" && id.kind === "DaemonSet")?.hook).toMatch(/pre-upgrade/);
  // The proxy's token is in the sample's encrypted files, so it reaches the proxy; the key of the chart's own reaches the hub.
  expect(Object.keys(reached).sort()).toEqual([
    "/Secret/data8-staging/hub",
    "apps/Deployment/data8-staging/hub",
    "apps/Deployment/data8-staging/proxy",
  ]);
  const madeUp = await findMadeUp(data8);
  expect(Object.keys(madeUp).sort()).toEqual(["/Secret/data8-staging/hub", "apps/Deployment/data8-staging/hub"]);
});

test("an encrypted text that replaces a map stops no render: the map below stands for it", async () => {
  const shape = { jupyterhub: { hub: "campanile-placeholder:jupyterhub.hub:00000000" } };
  const layer = { kind: "encrypted", file: "secrets.yaml", digest: "", shape, otherShape: shape, ciphertext: "" } as const;
  const withSecret = (replacesMaps: string[][]): Release => ({
    ...data8,
    bundleDigest: JSON.stringify(replacesMaps),
    valueLayers: [...data8.valueLayers, { ...layer, replacesMaps }],
  });
  const { render } = startRenderer();
  const { manifests } = await render(withSecret([["jupyterhub", "hub"]]));
  expect(manifests.map(({ id }) => id.name)).toEqual((await render(data8)).manifests.map(({ id }) => id.name));
  await expect(render(withSecret([]))).rejects.toThrow("hub");
});

test("two renders at two times have no diff, and what is made up is told", async () => {
  const [one, other] = await Promise.all(
    [startRenderer(), startRenderer()].map(async ({ render, findMadeUp }) => ({
      ...(await render(data8)),
      madeUp: await findMadeUp(data8),
    })),
  );
  if (!one || !other) throw new Error("two were rendered");
  expect(isDoubtful(one, other, RECORDED_FIELD_TYPES)).toBe(true);
  const { objects, notDeterministic } = diffRelease(one, other, OPTIONS);
  expect(objects).toEqual([]);
  expect(notDeterministic).toEqual([
    "Deployment data8-staging/hub spec.template.metadata.annotations.checksum/secret",
    "Secret data8-staging/hub data.hub.config.CryptKeeper.keys",
    "Secret data8-staging/hub data.hub.services.campanile.apiToken",
  ]);
});

test("what a secret makes at base it makes at head too, and a text that head makes up is something new", async () => {
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: {{ .Values.course.title | b64enc }}, k: {{ include "key" . | b64enc }}}\n`;
  const templates = {
    "_key.tpl": '{{ define "key" }}{{ .Values.key | default (randAlphaNum 20) }}{{ end }}',
    "a.yaml": secret,
    "b.yaml":
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: {sum: {{ print (include "key" .) .Values.course.title | sha256sum }}}}\n',
  };
  const { renders, render, findMadeUp, calls } = startRenderer(await writeChart("key.tgz", chartOf(templates)));
  const shape = (set: string) => ({ key: `campanile-placeholder:${set}key:00000000` });
  const secrets = {
    kind: "encrypted",
    file: "s.yaml",
    digest: "",
    shape: shape(""),
    otherShape: shape("other:"),
    ciphertext: "",
  } as const;
  const titled = (title: string, more: JsonObject = {}): Release => {
    const release = withValues({ course: { title }, ...more });
    return { ...release, valueLayers: [secrets, ...release.valueLayers] };
  };
  const [base, head, bare] = [titled("Data 8"), titled("Data 9"), titled("Data 8", { key: null })];
  const [old, now, madeUp] = await Promise.all([render(base), render(head), render(bare)]);
  expect(isDoubtful(old, now, RECORDED_FIELD_TYPES)).toBe(true);
  expect(isMadeAsBefore(old, now, RECORDED_FIELD_TYPES)).toBe(true);
  // Two renders of each of the three; base once more, and of head there is nothing left to be found out.
  const preview = (planned: { base: Release; head: Release }) =>
    previewRelease(portsOf(renders), { ...planned, reasons: [] }, { isFork: true, placeOfValue: () => undefined });
  expect((await preview({ base, head })).diff).toMatchObject({
    notDeterministic: [],
    objects: [{ id: { name: "c" } }, { id: { name: "s" } }],
  });
  expect(calls).toHaveLength(7);
  expect((await preview({ base, head: bare })).diff?.notDeterministic).toHaveLength(2);
  expect(calls).toHaveLength(8);
  expect([await findMadeUp(base), await findMadeUp(head)]).toEqual([{}, {}]);
  expect(isDoubtful(old, madeUp, RECORDED_FIELD_TYPES)).toBe(true);
  expect(isMadeAsBefore(old, madeUp, RECORDED_FIELD_TYPES)).toBe(false);
  expect(Object.keys(await findMadeUp(bare)).sort()).toEqual(["/ConfigMap/data8-staging/c", "/Secret/data8-staging/s"]);
});

test("the pinned image is rendered by tag and digest, and a bump of it changes what runs it and nothing else", async () => {
  const { render, findMadeUp } = startRenderer();
  const digest = `sha256:${"9".repeat(64)}`;
  const bumped = { ...data8, image: { ...data8.image, tag: "2026.11.2", digest } };
  const [base, head] = [await render(data8), await render(bumped)];
  const { objects, hooks } = diffRelease(
    { ...base, madeUp: await findMadeUp(data8) },
    { ...head, madeUp: await findMadeUp(bumped) },
    OPTIONS,
  );
  expect(JSON.stringify(objects)).toContain(`${data8.image.name}:2026.11.2@${digest}`);
  // The pullers have the new image and the hub its new settings; without a cluster, whether a hook will run is not known.
  expect(objects.map(({ id }) => `${id.kind} ${id.name}`)).toEqual([
    "ConfigMap hub",
    "DaemonSet continuous-image-puller",
    "DaemonSet hook-image-puller",
    "Deployment hub",
    "Job hook-image-awaiter",
    "Secret hub",
  ]);
  expect(hooks.at(-1)).toMatchObject({ id: { name: "hook-image-awaiter" }, isEveryTime: true });
});

test("what secrets there are is seen by their placeholders, and a secret that was put in anew is a change", async () => {
  const { render } = startRenderer();
  const { manifests, reached } = await render(data8);
  expect(JSON.stringify(reached["/Secret/data8-staging/hub"])).not.toEqual(
    JSON.stringify(manifests.find(({ id }) => id.kind === "Secret" && id.name === "hub")?.object),
  );
  const rotated: Release = {
    ...data8,
    valueLayers: data8.valueLayers.map((layer) =>
      layer.kind === "plain"
        ? layer
        : {
            ...layer,
            shape: JSON.parse(JSON.stringify(layer.shape).replace(/(cookieSecret:)[0-9a-f]{8}/, "$100000000")),
            otherShape: JSON.parse(JSON.stringify(layer.otherShape).replace(/(cookieSecret:)[0-9a-f]{8}/, "$100000000")),
          },
    ),
  };
  const { objects } = diffRelease(await render(data8), await render(rotated), OPTIONS);
  expect(objects.flatMap(({ id, fields }) => fields.map(({ path, after }) => `${id.kind} ${path} ${after.kind}`))).toContain(
    "Secret data.hub.config.JupyterHub.cookie_secret hidden",
  );
});

test("a content is rendered once however often it is asked for, another content anew", async () => {
  const { render, calls } = startRenderer();
  const [first, second] = await Promise.all([render(data8), render(data8)]);
  expect(await render(data8)).toEqual(first);
  expect(second).toEqual(first);
  expect(calls).toHaveLength(2);
  await render({ ...data8, bundleDigest: "another name for the same" });
  expect(calls).toHaveLength(2);
  await render(withValues({ jupyterhub: { cull: { timeout: 60 } } }));
  expect(calls).toHaveLength(4);
});

test("a render that failed is tried anew", async () => {
  let isDown = true;
  const { render } = startRenderer(hubChart, { fetchChart: async () => (isDown ? Promise.reject(new Error("down")) : hubChart) });
  await expect(render(data8)).rejects.toThrow("down");
  isDown = false;
  expect((await render(data8)).manifests.length).toBeGreaterThan(10);
});

test("a value of null takes the chart's default away, as with Helm", async () => {
  const chart = await writeChart(
    "null.tgz",
    chartOf(
      {
        "a.yaml":
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {{ omit .Values "jupyterhub" "course" | toJson }}\n',
      },
      { "hub/values.yaml": "keep: stays\ngone: default\n" },
    ),
  );
  const { manifests } = await startRenderer(chart).render(withValues({ gone: null }));
  expect(manifests[0]?.object.data).toEqual({ keep: "stays" });
});

const BROKEN: [string, () => Promise<{ chart?: string; release?: Release }>, string, RegExp][] = [
  [
    "a key that the chart does not know",
    async () => ({ release: withValues({ jupyterhub: { singleuser: { memroy: "1G" } } }) }),
    "values-schema",
    /jupyterhub\.singleuser|memroy/,
  ],
  [
    "a value of another kind",
    async () => ({ release: withValues({ course: { title: 8 } }) }),
    "values-schema",
    /course\.title of the chart hub: got number, want string/,
  ],
  [
    "a template that calls for help",
    async () => ({ chart: await writeChart("fail.tgz", chartOf({ "a.yaml": '{{ fail "set course.title" }}' })) }),
    "template-error",
    /set course\.title/,
  ],
  [
    "a template of a value that is not there",
    async () => ({ chart: await writeChart("nil.tgz", chartOf({ "a.yaml": "a: {{ .Values.no.such.value }}" })) }),
    "template-error",
    /nil pointer/,
  ],
  [
    "a template that does not parse",
    async () => ({ chart: await writeChart("parse.tgz", chartOf({ "a.yaml": "a: {{ if }}" })) }),
    "template-error",
    /missing value for if/,
  ],
  [
    "a template that renders no YAML",
    async () => ({ chart: await writeChart("yaml.tgz", chartOf({ "a.yaml": "a: b: c" })) }),
    "template-error",
    /YAML|mapping values/,
  ],
  [
    "a chart that renders no object",
    async () => ({ chart: await writeChart("object.tgz", chartOf({ "a.yaml": "apiVersion: v1\nkind: ConfigMap\n" })) }),
    "rendered-invalid",
    /metadata\.name/,
  ],
];

test.each(BROKEN)("%s is a fault with its reason and what to do", async (_what, make, code, why) => {
  const { chart, release } = await make();
  const error = await startRenderer(chart)
    .render(release ?? data8)
    .catch((caught: unknown) => caught);
  if (!(error instanceof ConfigError)) throw error;
  expect(error.explanation).toMatchObject({
    code,
    what: expect.stringContaining("data8-staging"),
    why: expect.stringMatching(why),
  });
  expect(error.explanation.fix).toMatch(/\w+.*\.$/);
});
