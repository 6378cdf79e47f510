import { AdmissionregistrationV1Api, AppsV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect, onTestFinished, test } from "vitest";
import { openNamespace, type TestNamespace } from "../world/open-namespace.ts";
import { configMap, deployment, startRelease } from "../world/start-release.ts";

function apps({ world }: TestNamespace): AppsV1Api {
  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  return config.makeApiClient(AppsV1Api);
}

test("what a rollout would make, change, take over, delete and keep is told by the API server itself", async () => {
  const namespace = await openNamespace();
  const { rollOut, preview } = await startRelease(namespace, {
    base: {
      "a.yaml": configMap("same"),
      "b.yaml": deployment({ memory: "1Gi" }),
      "c.yaml": configMap("goes"),
      "d.yaml": configMap("stays", ', annotations: {"helm.sh/resource-policy": keep}'),
    },
    head: { "a.yaml": configMap("same"), "b.yaml": deployment({ memory: "1536Mi", image: "a:2" }), "e.yaml": configMap("new") },
  });
  await rollOut("base");
  expect(await preview("base", "base")).toMatchObject({
    basis: "live",
    couldNot: null,
    diff: { objects: [] },
    effect: { objects: [], refusals: [], notYet: [], couldNot: [] },
  });

  const { effect } = await preview("base", "head");
  expect(effect?.refusals).toEqual([]);
  expect(effect?.objects.map(({ id, change, replacesPods }) => [id.kind, id.name, change, replacesPods])).toEqual([
    ["ConfigMap", "goes", "deleted", false],
    ["ConfigMap", "new", "created", false],
    ["ConfigMap", "stays", "kept", false],
    ["Deployment", "hub", "changed", true],
  ]);
  expect(effect?.objects.at(-1)?.fields).toEqual([
    {
      path: "spec.template.spec.containers[hub].image",
      before: { kind: "value", text: "a:1" },
      after: { kind: "value", text: "a:2" },
    },
    {
      path: "spec.template.spec.containers[hub].resources.requests.memory",
      before: { kind: "value", text: "1Gi" },
      after: { kind: "value", text: "1536Mi" },
    },
  ]);

  await rollOut("head");
  expect((await preview("head", "head")).effect).toMatchObject({ objects: [], refusals: [] });
});

test("amounts spelt otherwise are nothing; items in another order are other pods", async () => {
  const namespace = await openNamespace();
  const env = (...names: string[]) =>
    deployment({ more: `          env: [${names.map((name) => `{name: ${name}, value: x}`).join(", ")}]\n` });
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": env("A", "B") },
    spelt: { "a.yaml": env("A", "B").replace("64Mi", "65536Ki") },
    moved: { "a.yaml": env("B", "A") },
  });
  await rollOut("base");
  expect(await preview("base", "spelt")).toMatchObject({ diff: { objects: [] }, effect: { objects: [] } });
  const moved = await preview("base", "moved");
  expect(moved).toMatchObject({
    diff: { objects: [] },
    effect: { objects: [{ change: "changed", fields: [], replacesPods: true }] },
  });
  const generation = async () =>
    (await apps(namespace).readNamespacedDeployment({ namespace: namespace.name, name: "hub" })).metadata?.generation;
  const before = await generation();
  await rollOut("moved");
  expect(await generation()).toBe((before ?? 0) + 1);
});

test("a field that cannot change is told by its name, and the other objects are still looked at", async () => {
  const namespace = await openNamespace();
  const claim = (size: string, storageClass = "standard") =>
    `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: hub-db-dir}\nspec:\n  accessModes: [ReadWriteOnce]\n  storageClassName: ${storageClass}\n  resources: {requests: {storage: ${size}}}\n`;
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": deployment(), "b.yaml": claim("1Gi") },
    head: { "a.yaml": deployment({ app: "other" }), "b.yaml": claim("1Gi", "fast"), "c.yaml": configMap("new") },
  });
  await rollOut("base");
  const { effect } = await preview("base", "head");
  expect(effect?.objects.map(({ id }) => id.name)).toEqual(["new"]);
  expect(effect?.refusals.map(({ id, reason, field }) => [id.kind, reason, field])).toEqual([
    ["Deployment", "immutable", "spec.selector"],
    ["PersistentVolumeClaim", "immutable", "spec"],
  ]);
  expect(effect?.refusals[0]?.message).toBe("field is immutable");
});

test("a field that somebody else owns is refused, with whose it is and since when", async () => {
  const namespace = await openNamespace();
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": deployment({ replicas: 1 }) },
    head: { "a.yaml": deployment({ replicas: 2 }) },
    silent: { "a.yaml": deployment({ replicas: null, image: "a:2" }) },
  });
  await rollOut("base");
  await apps(namespace).patchNamespacedDeployment({
    namespace: namespace.name,
    name: "hub",
    fieldManager: "kubectl-edit",
    body: [{ op: "replace", path: "/spec/replicas", value: 5 }],
  });
  const { effect } = await preview("base", "head");
  expect(effect?.refusals).toMatchObject([
    { reason: "conflict", field: "spec.replicas", manager: "kubectl-edit", since: expect.stringMatching(/^2\d{3}-.*Z$/) },
  ]);
  // Where the chart says nothing of it, it stays what somebody made it.
  const silent = await preview("base", "silent");
  expect(silent.effect?.refusals).toEqual([]);
  expect(silent.effect?.objects.flatMap(({ fields }) => fields.map(({ path }) => path))).toEqual([
    "spec.template.spec.containers[hub].image",
  ]);
});

test("what an autoscaler took over from the chart is refused with its name, also where git changes nothing", async () => {
  const namespace = await openNamespace();
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": deployment({ replicas: 1 }) },
    silent: { "a.yaml": deployment({ replicas: null }) },
  });
  await rollOut("base");
  await apps(namespace).patchNamespacedDeploymentScale({
    namespace: namespace.name,
    name: "hub",
    fieldManager: "horizontal-pod-autoscaler",
    body: [{ op: "replace", path: "/spec/replicas", value: 4 }],
  });
  const { effect } = await preview("base", "base");
  expect(effect?.refusals).toMatchObject([{ reason: "conflict", field: "spec.replicas", manager: "horizontal-pod-autoscaler" }]);
  await expect(rollOut("base")).rejects.toThrow(/conflict with "horizontal-pod-autoscaler"/);
  // A chart that leaves it to the autoscaler changes nothing.
  expect((await preview("base", "silent")).effect).toMatchObject({ objects: [], refusals: [] });
});

test("pods that Pod Security or a quota will not let in are refused before the rollout", async () => {
  const namespace = await openNamespace({ "pod-security.kubernetes.io/enforce": "baseline" });
  await namespace.core.createNamespacedResourceQuota({
    namespace: namespace.name,
    body: { metadata: { name: "memory" }, spec: { hard: { "requests.memory": "1Gi" } } },
  });
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": deployment({ memory: "600Mi" }) },
    insecure: { "a.yaml": deployment({ memory: "600Mi", more: "      hostNetwork: true\n" }) },
    large: { "a.yaml": deployment({ memory: "2Gi" }) },
    fits: { "a.yaml": deployment({ memory: "700Mi" }) },
    surging: { "a.yaml": deployment({ memory: "700Mi", strategy: "RollingUpdate" }) },
  });
  await rollOut("base");
  const used = async () =>
    (await namespace.core.readNamespacedResourceQuota({ namespace: namespace.name, name: "memory" })).status?.used?.[
      "requests.memory"
    ];
  await expect.poll(used, { timeout: 30_000 }).toBe("600Mi");

  const insecure = (await preview("base", "insecure")).effect;
  expect(insecure?.refusals).toMatchObject([
    { reason: "policy", field: "spec.template", message: expect.stringContaining("hostNetwork") },
  ]);
  expect((await preview("base", "large")).effect?.refusals).toMatchObject([
    { reason: "quota", field: "spec.template", message: expect.stringContaining("requested: requests.memory=2Gi") },
  ]);
  // The hub is replaced, so its old pod gives back what the new one needs.
  expect((await preview("base", "fits")).effect?.refusals).toEqual([]);
});

test("before its namespace is there, nothing is said of a release's objects", async () => {
  const namespace = await openNamespace();
  const elsewhere = { ...namespace, name: `${namespace.name}-not-there` };
  const { preview } = await startRelease(elsewhere, { head: { "a.yaml": configMap("a"), "b.yaml": deployment() } });
  expect((await preview(undefined, "head")).effect).toMatchObject({
    objects: [],
    refusals: [],
    couldNot: [],
    notYet: [{ missing: "its namespace" }, { missing: "its namespace" }],
  });
});

test("a kind that the cluster does not know is told, as Helm would fail on it", async () => {
  const namespace = await openNamespace();
  const monitor = "apiVersion: monitoring.example/v1\nkind: Monitor\nmetadata: {name: hub}\nspec: {}\n";
  const { preview } = await startRelease(namespace, { head: { "a.yaml": configMap("a"), "b.yaml": monitor } });
  const { couldNot } = await preview(undefined, "head");
  expect(couldNot).toMatchObject({ code: "kind-missing", why: expect.stringContaining('no matches for kind "Monitor"') });
});

test("an object that Campanile may not try, or whose webhook is away, could not be looked at, and says why", async () => {
  const namespace = await openNamespace({ "test.example/webhook": "away" });
  const config = new KubeConfig();
  config.loadFromFile(namespace.world.kubeconfig);
  const webhooks = config.makeApiClient(AdmissionregistrationV1Api);
  const name = `${namespace.name}.test.example`;
  await webhooks.createValidatingWebhookConfiguration({
    body: {
      metadata: { name },
      webhooks: [
        {
          name,
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          clientConfig: { url: "https://127.0.0.1:1/" },
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace.name } },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
        },
      ],
    },
  });
  onTestFinished(async () => void (await webhooks.deleteValidatingWebhookConfiguration({ name })));
  const lease = "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: mine}\nspec: {}\n";
  const { preview } = await startRelease(namespace, {
    head: { "a.yaml": configMap("a"), "b.yaml": lease, "c.yaml": deployment() },
  });
  const asked = async () => {
    const { effect } = await preview(undefined, "head");
    return effect?.couldNot.map(({ id, why }) => `${id.kind}: ${why}`);
  };
  await expect
    .poll(asked, { timeout: 60_000 })
    .toEqual([
      expect.stringMatching(
        /^ConfigMap: the webhook \S+ has a say in it and did not answer \(.*connection refused\)\. Until it does, a rollout would fail too$/,
      ),
      expect.stringMatching(/^Lease: the API server answered 403 \(Forbidden\): .*cannot patch resource "leases"/),
    ]);
});

test("an admission policy's refusal is told in its own words", async () => {
  const namespace = await openNamespace();
  const config = new KubeConfig();
  config.loadFromFile(namespace.world.kubeconfig);
  const policies = config.makeApiClient(AdmissionregistrationV1Api);
  const name = `${namespace.name}.test.example`;
  await policies.createValidatingAdmissionPolicy({
    body: {
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["deployments"] },
          ],
        },
        validations: [{ expression: "object.spec.replicas <= 3", message: "no more than 3 hubs" }],
      },
    },
  });
  onTestFinished(async () => void (await policies.deleteValidatingAdmissionPolicy({ name })));
  await policies.createValidatingAdmissionPolicyBinding({
    body: {
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace.name } } },
      },
    },
  });
  onTestFinished(async () => void (await policies.deleteValidatingAdmissionPolicyBinding({ name })));
  const { preview } = await startRelease(namespace, { head: { "a.yaml": deployment({ replicas: 4 }) } });
  await expect
    .poll(async () => (await preview(undefined, "head")).effect?.refusals, { timeout: 60_000 })
    .toMatchObject([{ reason: "policy", message: expect.stringContaining("no more than 3 hubs") }]);
});

test("an object that is there already and is not the release's is refused, as Helm will do", async () => {
  const namespace = await openNamespace();
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": configMap("a") },
    head: { "a.yaml": configMap("a"), "b.yaml": configMap("theirs") },
  });
  await rollOut("base");
  const marks = { "meta.helm.sh/release-name": namespace.name, "meta.helm.sh/release-namespace": namespace.name };
  await namespace.core.createNamespacedConfigMap({
    namespace: namespace.name,
    body: { metadata: { name: "theirs" }, data: { a: "1" } },
  });
  expect((await preview("base", "head")).effect?.refusals).toMatchObject([{ id: { name: "theirs" }, reason: "ownership" }]);
  await expect(rollOut("head")).rejects.toThrow(/cannot be imported into the current release/);
  await namespace.core.patchNamespacedConfigMap({
    namespace: namespace.name,
    name: "theirs",
    body: [
      { op: "add", path: "/metadata/labels", value: { "app.kubernetes.io/managed-by": "Helm" } },
      { op: "add", path: "/metadata/annotations", value: marks },
    ],
  });
  expect((await preview("base", "head")).effect).toMatchObject({ refusals: [], objects: [{ change: "adopted" }] });
  await rollOut("head");
});

test("a field that no such object has is refused by its path", async () => {
  const namespace = await openNamespace();
  const { preview } = await startRelease(namespace, {
    head: { "a.yaml": deployment({ more: "          imagePolicy: Always\n" }) },
  });
  expect((await preview(undefined, "head")).effect?.refusals).toEqual([
    expect.objectContaining({
      reason: "invalid",
      field: 'spec.template.spec.containers[name="hub"].imagePolicy',
      message: "field not declared in schema",
    }),
  ]);
});

test("a release that Helm changed in its old way is no conflict with itself, and the rollout does as was foreseen", async () => {
  const namespace = await openNamespace();
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": deployment({ image: "a:1" }) },
    head: { "a.yaml": deployment({ image: "a:2" }) },
  });
  await rollOut("base", false);
  const { effect } = await preview("base", "head");
  expect(effect?.refusals).toEqual([]);
  expect(effect?.objects.flatMap(({ fields }) => fields.map(({ path }) => path))).toEqual([
    "spec.template.spec.containers[hub].image",
  ]);
  await rollOut("head");
  expect((await preview("head", "head")).effect).toMatchObject({ objects: [], refusals: [] });
});

test("a pod that no node could take is told before it waits for one", async () => {
  const namespace = await openNamespace();
  const selecting = (pool: string) => deployment({ more: `      nodeSelector: {hub.jupyter.org/pool-name: ${pool}}\n` });
  const { rollOut, preview } = await startRelease(namespace, {
    base: { "a.yaml": selecting("data8") },
    head: { "a.yaml": selecting("data9") },
    large: { "a.yaml": deployment({ memory: "100Ti" }) },
  });
  await rollOut("base");
  expect((await preview("base", "head")).impact?.fitNowhere).toEqual([
    {
      id: expect.objectContaining({ name: "hub" }),
      why: "no node has the labels that it asks for (hub.jupyter.org/pool-name=data9)",
    },
  ]);
  expect((await preview("base", "large")).impact?.fitNowhere).toMatchObject([{ why: expect.stringContaining("as much memory") }]);
});

test("where nothing was ever deployed, the last attempt is what Helm goes on from", async () => {
  const namespace = await openNamespace();
  const broken = deployment({ more: "          imagePolicy: Always\n" });
  const { rollOut, preview } = await startRelease(namespace, {
    broken: { "a.yaml": configMap("left"), "b.yaml": broken },
    head: { "b.yaml": deployment() },
  });
  await expect(rollOut("broken")).rejects.toThrow(/field not declared in schema/);
  const { effect } = await preview("broken", "head");
  expect(effect?.objects.map(({ id, change }) => [id.name, change])).toEqual([
    ["left", "deleted"],
    ["hub", "created"],
  ]);
  expect(effect).toMatchObject({ refusals: [], couldNot: [] });
});
