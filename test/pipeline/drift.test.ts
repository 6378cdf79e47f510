import { AppsV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import type { Release } from "../../app/domain/release.ts";
import { openNamespace, type TestNamespace } from "../world/open-namespace.ts";
import { installRelease, realValues, sampleRelease, tempFolder, writeHubChart } from "../world/sample-release.ts";
import { startPreviews } from "../world/start-previews.ts";

const SHA = "3f2a91bc".padEnd(40, "0");

/** A hub that Campanile deployed, and previews of a change to it. */
async function startHub(namespace: TestNamespace) {
  const chart = await writeHubChart(await tempFolder());
  const base = await sampleRelease(namespace.name);
  const head: Release = { ...base, bundleDigest: "b".repeat(40), image: { ...base.image, tag: "2026.11.2" } };
  const previews = await startPreviews(namespace, { [base.chart.digest]: chart });
  const values = realValues(base);
  const byCampanile = (release: Release) => ({
    description: `Campanile: ${SHA.slice(0, 7)}`,
    labels: { "campanile.dev/bundle": release.bundleDigest, "campanile.dev/sha": SHA },
  });
  await installRelease(namespace, base, chart, values, byCampanile(base));
  return { ...previews, base, head, chart, values };
}

function apps({ world }: TestNamespace): AppsV1Api {
  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  return config.makeApiClient(AppsV1Api);
}

test("what somebody changed behind git is told with who it was, when, and what it would be set back to", async () => {
  const namespace = await openNamespace();
  const { base, head, preview, secrets } = await startHub(namespace);
  expect((await preview(base, head)).drift).toEqual({ objects: [] });

  await apps(namespace).patchNamespacedDeployment({
    namespace: namespace.name,
    name: "proxy",
    fieldManager: "kubectl-edit",
    body: [
      { op: "replace", path: "/spec/replicas", value: 3 },
      { op: "replace", path: "/spec/template/spec/containers/0/image", value: "proxy:by-hand" },
      { op: "add", path: "/metadata/labels/nobody-asks", value: "for-this" },
    ],
  });
  await namespace.core.patchNamespacedSecret({
    namespace: namespace.name,
    name: "hub",
    fieldManager: "kubectl-patch",
    body: [
      {
        op: "replace",
        path: "/data/hub.config.JupyterHub.cookie_secret",
        value: Buffer.from("canary-577215").toString("base64"),
      },
    ],
  });
  await namespace.core.deleteNamespacedConfigMap({ namespace: namespace.name, name: "course" });

  const { drift, effect } = await preview(base, head);
  const recently = expect.stringMatching(/^2\d{3}-\d\d-\d\dT.*Z$/);
  expect(drift).toMatchObject({
    objects: [
      { id: { kind: "ConfigMap", name: "course" }, change: "missing", fields: [] },
      {
        id: { kind: "Deployment", name: "proxy" },
        change: "changed",
        fields: [
          { path: "spec.replicas", live: { text: "3" }, git: { text: "1" }, manager: "kubectl-edit", since: recently },
          { path: "spec.template.spec.containers[chp].image", live: { text: "proxy:by-hand" }, manager: "kubectl-edit" },
        ],
      },
      {
        id: { kind: "Secret", name: "hub" },
        change: "changed",
        fields: [
          {
            path: "data.hub.config.JupyterHub.cookie_secret",
            live: { kind: "hidden" },
            git: { kind: "hidden" },
            manager: "kubectl-patch",
          },
        ],
      },
    ],
  });
  expect(JSON.stringify([drift, effect])).not.toMatch(/canary-577215|nobody-asks/);
  expect(secrets).toContain("canary-577215");
  // The rollout would not go over it: Helm takes nothing from others by force.
  expect(effect?.refusals).toMatchObject([
    { id: { name: "proxy" }, reason: "conflict", manager: "kubectl-edit" },
    { id: { name: "proxy" }, reason: "conflict", manager: "kubectl-edit" },
    { id: { name: "hub" }, reason: "conflict", manager: "kubectl-patch" },
  ]);
});

test("a release that was upgraded by hand is recognised, though Helm hands Campanile's labels on", async () => {
  const namespace = await openNamespace();
  const { base, head, chart, values, preview } = await startHub(namespace);
  const byHand = JSON.parse(JSON.stringify(values));
  byHand.jupyterhub.singleuser.memory.limit = "9G";
  await installRelease(namespace, base, chart, byHand);
  const secret = await namespace.core.readNamespacedSecret({
    namespace: namespace.name,
    name: `sh.helm.release.v1.${base.id}.v2`,
  });
  expect(secret.metadata?.labels).toMatchObject({ "campanile.dev/sha": SHA });

  const { drift } = await preview(base, head);
  expect(drift?.byHand).toMatchObject({ revision: 2, description: "Upgrade complete" });
  expect(drift?.behind).toBeUndefined();
  expect(
    drift?.objects.flatMap(({ id, fields }) => fields.map(({ path, live, git, manager }) => [id.kind, path, live, git, manager])),
  ).toContainEqual([
    "Secret",
    "values.yaml.singleuser.memory.limit",
    { kind: "value", text: "9G" },
    { kind: "value", text: "2G" },
    "helm",
  ]);
});

test("a release that only waits for its rollout has not drifted", async () => {
  const namespace = await openNamespace();
  const { base, head, preview } = await startHub(namespace);
  const next: Release = { ...head, bundleDigest: "c".repeat(40) };
  expect((await preview(head, next)).drift).toEqual({ objects: [], behind: { sha: SHA } });
  expect((await preview(base, head)).drift).toEqual({ objects: [] });
});
