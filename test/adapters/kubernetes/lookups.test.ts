import { readdir, readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createHelm } from "../../../app/adapters/helm/create-helm.ts";
import { openTemplates } from "../../../app/adapters/helm/resident-renderer.ts";
import { createTemplate } from "../../../app/adapters/helm/template-with-lookups.ts";
import { inspectCluster } from "../../../app/adapters/kubernetes/inspect-cluster.ts";
import { startLookupProxy } from "../../../app/adapters/kubernetes/lookup-proxy.ts";
import { createRecordedLookups } from "../../../app/adapters/kubernetes/recorded-lookups.ts";
import { diffRelease } from "../../../app/diff/diff-release.ts";
import { RECORDED_FIELD_TYPES } from "../../../app/diff/recorded-field-types.ts";
import { ClusterError } from "../../../app/domain/errors.ts";
import type { ImagePin } from "../../../app/domain/hub.ts";
import type { Release } from "../../../app/domain/release.ts";
import { createRenderer } from "../../../app/render/render-release.ts";
import { openNamespace, type TestNamespace } from "../../world/open-namespace.ts";
import { installRelease, realValues, sampleRelease, tempFolder, writeChart, writeHubChart } from "../../world/sample-release.ts";

const OPTIONS = {
  releaseId: "x",
  hub: "data8",
  environment: "staging",
  fieldTypes: RECORDED_FIELD_TYPES,
  fingerprintKey: Buffer.alloc(32),
};

let isResident = false;

/** Campanile's renderer on the real Helm and the world's API server, counting the calls of Helm. */
async function startRendering(namespace: TestNamespace, chart?: (folder: string) => Promise<string>) {
  const folder = await tempFolder();
  const { world, context } = namespace;
  const helmOptions = { homeDir: `${folder}/helm`, redact: (text: string) => text };
  const helm = createHelm({ ...helmOptions, binary: world.tools.helm ?? "helm" });
  const templates = openTemplates(helm, isResident ? world.tools["helm-render"] : undefined, helmOptions);
  onTestFinished(() => templates.stop());
  const proxy = await startLookupProxy();
  onTestFinished(() => proxy.stop());
  const file = await (chart ?? writeHubChart)(folder);
  const template = createTemplate(templates, proxy);
  const printed: string[] = [];
  const renders = createRenderer({
    helmVersion: "4.2.4",
    fetchChart: async () => file,
    async template(...call) {
      const rendered = await template(...call);
      printed.push(JSON.stringify(rendered.printed));
      return rendered;
    },
  });
  const inspector = inspectCluster({ kubeconfig: world.campanileKubeconfig, context });
  const openLookups = () => inspector.openLookups(namespace.name);
  return { folder, file, proxy, renders, printed, openLookups, release: await sampleRelease(namespace.name) };
}

const bumped = (release: Release & { image: ImagePin }): Release => ({
  ...release,
  image: { ...release.image, tag: "2026.11.2", digest: `sha256:${"9".repeat(64)}` },
});

describe.each([
  ["a Helm for each render", false],
  ["the renderer that stays", true],
])("%s", (_what, resident) => {
  beforeAll(() => {
    isResident = resident;
  });

  test("against a hub that runs, nothing is made up, no hook appears by itself, and no secret gets into Helm", async () => {
    const namespace = await openNamespace();
    const { file, renders, printed, openLookups, release } = await startRendering(namespace);
    const values = realValues(release);
    await installRelease(namespace, release, file, values);
    const live = await namespace.core.readNamespacedSecret({ namespace: namespace.name, name: "hub" });

    const lookups = await openLookups();
    const base = await renders.renderRelease(release, lookups);
    expect(await renders.findMadeUp(release, lookups)).toEqual({});
    expect(base.manifests.filter(({ hook }) => hook !== undefined)).toEqual([]);
    // Where the hub's secrets go: into its Secret, and by a checksum onto the pods of the hub and its proxy.
    expect(Object.keys(base.reached).sort()).toEqual([
      `/Secret/${namespace.name}/hub`,
      `apps/Deployment/${namespace.name}/hub`,
      `apps/Deployment/${namespace.name}/proxy`,
    ]);
    const secrets = [
      ...Object.entries(live.data ?? {})
        .filter(([key]) => key !== "values.yaml")
        .map(([, value]) => Buffer.from(value, "base64").toString()),
      "real-secret-271828",
    ];
    expect(secrets.length).toBeGreaterThan(3);
    for (const secret of secrets) {
      expect(printed.join("\n")).not.toContain(secret);
      expect(printed.join("\n")).not.toContain(Buffer.from(secret).toString("base64"));
    }

    const head = await renders.renderRelease(bumped(release), lookups);
    const { objects, hooks, notDeterministic } = diffRelease(base, head, OPTIONS);
    expect(notDeterministic).toEqual([]);
    expect(objects.map(({ id }) => `${id.kind} ${id.name}`)).toEqual([
      "ConfigMap hub",
      "DaemonSet continuous-image-puller",
      "Deployment hub",
      "Secret hub",
    ]);
    expect(hooks.map(({ id, isEveryTime }) => [id.kind, id.name, isEveryTime])).toEqual([
      ["DaemonSet", "hook-image-puller", false],
      ["ServiceAccount", "hook-image-awaiter", false],
      ["Role", "hook-image-awaiter", false],
      ["RoleBinding", "hook-image-awaiter", false],
      ["Job", "hook-image-awaiter", false],
    ]);
  });

  test("a render counts as long as the cluster answers its lookups in the same way", async () => {
    const namespace = await openNamespace();
    const template =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen}\ndata: {saw: {{ (lookup "v1" "ConfigMap" .Release.Namespace "asked").data | toJson | quote }}}\n';
    const { renders, printed, openLookups, release } = await startRendering(namespace, (folder) =>
      writeChart(folder, "seen", { "a.yaml": template }),
    );
    const seen = async () => (await renders.renderRelease(release, await openLookups())).manifests[0]?.object.data;
    const configMap = (name: string, n: string) => ({ metadata: { name, namespace: namespace.name }, data: { n } });

    expect(await seen()).toEqual({ saw: "null" });
    await namespace.core.createNamespacedConfigMap({ namespace: namespace.name, body: configMap("not-asked", "1") });
    expect(await seen()).toEqual({ saw: "null" });
    expect(printed).toHaveLength(2);
    await namespace.core.createNamespacedConfigMap({ namespace: namespace.name, body: configMap("asked", "1") });
    expect(await seen()).toEqual({ saw: '{"n":"1"}' });
    expect(printed).toHaveLength(4);
    await namespace.core.patchNamespacedConfigMap({
      namespace: namespace.name,
      name: "asked",
      body: [{ op: "add", path: "/metadata/managedFields", value: [{}] }],
    });
    expect(await seen()).toEqual({ saw: '{"n":"1"}' });
    expect(printed).toHaveLength(4);
  });

  test("one snapshot answers base and head alike, and a kept one answers without a cluster", async () => {
    const namespace = await openNamespace();
    const template =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen}\ndata: {found: {{ len (lookup "v1" "Secret" .Release.Namespace "token") | quote }}, at: {{ .Values.at | quote }}}\n';
    const { folder, renders, openLookups, release } = await startRendering(namespace, (dir) =>
      writeChart(dir, "seen", { "a.yaml": template }),
    );
    const at = (moment: string): Release => ({ ...release, valueLayers: [{ kind: "plain", file: "a", values: { at: moment } }] });
    const lookups = await openLookups();
    const before = (await renders.renderRelease(at("base"), lookups)).manifests[0]?.object.data;
    await namespace.core.createNamespacedSecret({
      namespace: namespace.name,
      body: { metadata: { name: "token" }, stringData: { a: "b" } },
    });
    const after = (await renders.renderRelease(at("head"), lookups)).manifests[0]?.object.data;
    expect([before, after]).toEqual([
      { found: "0", at: "base" },
      { found: "0", at: "head" },
    ]);

    const kept = createRecordedLookups(folder);
    expect(await kept.find(release.id)).toBeUndefined();
    const later = await openLookups();
    const live = await renders.renderRelease(at("base"), later);
    await kept.keep(release.id, later);
    const recorded = await kept.find(release.id);
    if (!recorded) throw new Error("it was just kept");
    expect(recorded.source).toBe("recorded");
    const fresh = await startRendering(namespace, (dir) => writeChart(dir, "seen", { "a.yaml": template }));
    expect(await fresh.renders.renderRelease(at("base"), recorded)).toEqual(live);
  });

  test("charts see the cluster's own version and kinds, and neither names nor the environment of Campanile", async () => {
    const namespace = await openNamespace();
    const template = [
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen}\ndata:",
      "  version: {{ .Capabilities.KubeVersion.Version | quote }}",
      '  deployments: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}',
      '  monitors: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor" | quote }}',
      '  address: {{ getHostByName "localhost" | quote }}',
      "  isUpgrade: {{ .Release.IsUpgrade | quote }}",
      '  nodes: {{ (lookup "v1" "Namespace" "" "kube-system").metadata.name | quote }}\n',
    ].join("\n");
    const { renders, openLookups, release } = await startRendering(namespace, (folder) =>
      writeChart(folder, "seen", { "a.yaml": template }),
    );
    const { manifests } = await renders.renderRelease(release, await openLookups());
    expect(manifests[0]?.object.data).toEqual({
      version: "v1.36.3",
      deployments: "true",
      monitors: "false",
      address: "",
      isUpgrade: "true",
      nodes: "kube-system",
    });
    const curious = await startRendering(namespace, (folder) => writeChart(folder, "env", { "a.yaml": '{{ env "HOME" }}' }));
    await expect(curious.renders.renderRelease(release, await curious.openLookups())).rejects.toThrow(
      /function "env" not defined/,
    );
  });

  const REFUSED: [string, string][] = [
    ["a Secret of another namespace", '{{ lookup "v1" "Secret" "kube-system" "any" }}'],
    ["the Secrets of all namespaces", '{{ lookup "v1" "Secret" "" "" }}'],
    ["the ConfigMaps of another namespace", '{{ lookup "v1" "ConfigMap" "kube-system" "" }}'],
  ];

  test.each(REFUSED)("a chart that looks up %s is told why it may not", async (_what, template) => {
    const namespace = await openNamespace();
    const { renders, openLookups, release } = await startRendering(namespace, (folder) =>
      writeChart(folder, "nosy", { "a.yaml": template }),
    );
    await expect(renders.renderRelease(release, await openLookups())).rejects.toThrow(/sees the objects of its own namespace/);
  });

  test("the proxy reads and nothing else, for those who know its address, and has no secret", async () => {
    const namespace = await openNamespace();
    const { proxy, openLookups } = await startRendering(namespace);
    await namespace.core.createNamespacedSecret({
      namespace: namespace.name,
      body: {
        metadata: { name: "token", annotations: { copy: "canary-271828", "helm.sh/resource-policy": "keep" } },
        stringData: { a: "canary-314159" },
      },
    });
    const session = await proxy.open(await openLookups(), "second");
    const server: string = JSON.parse(await readFile(session.kubeconfig, "utf8")).clusters[0].cluster.server;
    const secrets = `/api/v1/namespaces/${namespace.name}/secrets`;
    const ask = async (path: string, method = "GET") => {
      const response = await fetch(server + path, { method });
      return { status: response.status, text: await response.text() };
    };

    const one = await ask(`${secrets}/token`);
    const all = await ask(secrets);
    for (const { status, text } of [one, all]) {
      expect(status).toBe(200);
      expect(text).toContain(Buffer.from("campanile-placeholder:other:live Secret token, key a").toString("base64"));
      for (const canary of ["canary-271828", "canary-314159"]) {
        expect(text).not.toContain(canary);
        expect(text).not.toContain(Buffer.from(canary).toString("base64"));
      }
      expect(text).toContain('"helm.sh/resource-policy":"keep"');
      expect(text).not.toContain("managedFields");
    }
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) expect((await ask(`${secrets}/token`, method)).status).toBe(405);
    expect((await ask(`${secrets}?watch=true`)).status).toBe(403);
    expect((await ask(`/api/v1/namespaces/${namespace.name}/pods/a/log`)).status).toBe(403);
    expect((await ask("/api/v1/nodes/a/proxy/metrics")).status).toBe(403);
    for (const path of ["/metrics", "/healthz", "/api/v1/..%2f..%2fmetrics", "/apis/no.such/v1/things", "/openapi/v3"])
      expect((await ask(path)).status).toBe(404);
    expect((await fetch(server.replace(/[0-9a-f]{32}$/, "0".repeat(32)))).status).toBe(401);
    expect(new URL(server).hostname).toBe("127.0.0.1");
    await session.close();
    expect((await ask("/version")).status).toBe(401);
  });

  test("a cluster that does not answer is told as such, not as a fault of the chart", async () => {
    const namespace = await openNamespace();
    const { folder, renders, openLookups, release } = await startRendering(namespace);
    const lookups = await openLookups();
    const broken = {
      ...lookups,
      lookUp: () =>
        Promise.reject(new ClusterError({ code: "cluster-unreachable", what: "gone", why: "", fix: "", canRetry: true })),
    };
    await expect(renders.renderRelease(release, broken)).rejects.toThrow("gone");
    const kubeconfig = `${folder}/nowhere.json`;
    await writeFile(
      kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "nowhere", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "nobody", user: {} }],
        contexts: [{ name: "nowhere", context: { cluster: "nowhere", user: "nobody" } }],
      }),
    );
    await expect(inspectCluster({ kubeconfig, context: "nowhere" }).openLookups("data8-staging")).rejects.toThrow(ClusterError);
  });

  test("renders leave nothing behind on the disk", async () => {
    const namespace = await openNamespace();
    const { folder, renders, openLookups, release } = await startRendering(namespace);
    const files = async () => (await readdir(folder, { recursive: true })).length;
    await renders.renderRelease(release, await openLookups());
    const before = await files();
    await renders.renderRelease(bumped(release), await openLookups());
    expect(await files()).toBe(before);
  });

  test("a schema that asks of a secret what no placeholder has is no fault, one that complains of anything else is", async () => {
    const namespace = await openNamespace();
    const schema = { properties: { cookieSecret: { pattern: "^[0-9a-f]{64}$" }, title: { type: "string" } } };
    const template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen}\ndata: {title: {{ .Values.title | quote }}}\n";
    const { renders, openLookups, release } = await startRendering(namespace, (folder) =>
      writeChart(folder, "strict", { "a.yaml": template }, { "values.schema.json": JSON.stringify(schema) }),
    );
    const encrypted = release.valueLayers.find((layer) => layer.kind === "encrypted");
    if (!encrypted) throw new Error("the sample has secrets");
    const titled = (title: string | number): Release => ({
      ...release,
      valueLayers: [
        { kind: "plain", file: "a", values: { title } },
        {
          ...encrypted,
          shape: { cookieSecret: "campanile-placeholder:cookieSecret:1" },
          otherShape: { cookieSecret: "campanile-placeholder:other:cookieSecret:1" },
        },
      ],
    });
    const { manifests } = await renders.renderRelease(titled("Data 8"), await openLookups());
    expect(manifests[0]?.object.data).toEqual({ title: "Data 8" });
    await expect(renders.renderRelease(titled(8), await openLookups())).rejects.toThrow(/title.*got number, want string/);
  });
});

test("the renderer that stays asks once for what a template looks up several times, and each render anew", async () => {
  isResident = true;
  const namespace = await openNamespace();
  const look = (name: string) => `{{ (lookup "v1" "ConfigMap" .Release.Namespace "${name}").data | toJson }}`;
  const template = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen}\ndata: {saw: '${look("there")} ${look("there")} ${look("not")} ${look("not")}'}\n`;
  const { renders, openLookups, release } = await startRendering(namespace, (folder) =>
    writeChart(folder, "seen", { "a.yaml": template }),
  );
  const body = { metadata: { name: "there" }, data: { n: "1" } };
  await namespace.core.createNamespacedConfigMap({ namespace: namespace.name, body });
  const lookups = await openLookups();
  const asked: (string | undefined)[] = [];
  const counting: typeof lookups = {
    ...lookups,
    lookUp: (lookup) => {
      asked.push(lookup.name);
      return lookups.lookUp(lookup);
    },
  };
  const { manifests } = await renders.renderRelease(release, counting);
  expect(manifests[0]?.object.data).toEqual({ saw: '{"n":"1"} {"n":"1"} null null' });
  // Two renders, one for each set of placeholders.
  expect(asked.sort()).toEqual(["not", "not", "there", "there"]);
});
