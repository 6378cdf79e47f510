import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { V1ConfigMap } from "@kubernetes/client-node";
import { expect, onTestFinished, test } from "vitest";
import { inspectCluster } from "../../../app/adapters/kubernetes/inspect-cluster.ts";
import type { ObjectId } from "../../../app/domain/manifest.ts";
import { openNamespace, type TestNamespace } from "../../world/open-namespace.ts";
import { tempFolder } from "../../world/sample-release.ts";

const MANAGED = { "app.kubernetes.io/managed-by": "Helm" };

const configMap = (namespace: string, name: string): ObjectId => ({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
const secret = (namespace: string): ObjectId => ({ apiVersion: "v1", kind: "Secret", namespace, name: "hub" });

/** A namespace with what a release has in it: two ConfigMaps of Helm's, one of somebody else's, and a Secret. */
async function openHub(): Promise<{ namespace: TestNamespace; ids: ObjectId[] }> {
  const namespace = await openNamespace();
  const { name, core } = namespace;
  const make = (object: V1ConfigMap) =>
    core.createNamespacedConfigMap({ namespace: name, body: { ...object, data: { of: name } } });
  await make({ metadata: { name: "hub", labels: MANAGED } });
  await make({ metadata: { name: "course", labels: MANAGED } });
  await make({ metadata: { name: "by-hand" } });
  await core.createNamespacedSecret({ namespace: name, body: { metadata: { name: "hub", labels: MANAGED } } });
  const names = ["hub", "course", "by-hand", "not-there"];
  return { namespace, ids: [...names.map((each) => configMap(name, each)), secret(name)] };
}

/** A kubeconfig of somebody who may read these namespaces and nothing else. */
async function kubeconfigOfNarrow(namespaces: readonly TestNamespace[]): Promise<string> {
  const user = `narrow-${randomBytes(4).toString("hex")}`;
  for (const { name, admin } of namespaces) {
    const metadata = { name: "narrow", namespace: name };
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const rules = [{ apiGroups: [""], resources: ["configmaps", "secrets"], verbs: ["get", "list"] }];
    await admin.create({ apiVersion, kind: "Role", metadata, ...{ rules } });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "narrow" };
    const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }];
    await admin.create({ apiVersion, kind: "RoleBinding", metadata, ...{ roleRef, subjects } });
  }
  const kubeconfig = JSON.parse(await readFile(namespaces[0]?.world.kubeconfig ?? "", "utf8"));
  for (const each of kubeconfig.users) each.user.as = user;
  const file = path.join(await tempFolder(), "narrow.json");
  await writeFile(file, JSON.stringify(kubeconfig));
  return file;
}

async function startLooking({ world, name, context }: TestNamespace, kubeconfig = world.campanileKubeconfig) {
  const inspector = inspectCluster({ kubeconfig, context });
  const { discovery } = await inspector.openLookups(name);
  return { inspector, discovery };
}

test("many releases are read as each of them is, and what Helm keeps of a kind is asked for once", async () => {
  const hubs = [await openHub(), await openHub(), await openHub()];
  const [first] = hubs;
  if (!first) throw new Error("no hub");
  const { inspector, discovery } = await startLooking(first.namespace);
  const many = inspector.lookAtMany(new Set(hubs.map(({ namespace }) => namespace.name)));
  for (const [index, { ids }] of hubs.entries()) {
    const alone = await inspector.fetchLive(ids, discovery);
    expect([...alone.keys()]).toHaveLength(4);
    const before = inspector.calls;
    expect(await many.fetchLive(ids, discovery)).toEqual(alone);
    // The Secret, what is not Helm's, what is not there; and once the list.
    expect(inspector.calls - before).toBe(index === 0 ? 4 : 3);
  }
});

test("what is looked at a second time is read anew", async () => {
  const { namespace, ids } = await openHub();
  const { name, core } = namespace;
  const { inspector, discovery } = await startLooking(namespace);
  const many = inspector.lookAtMany(new Set([name]));
  await many.fetchLive(ids, discovery);
  const patch = { metadata: { name: "hub", labels: MANAGED }, data: { of: "tomorrow" } };
  await core.replaceNamespacedConfigMap({ namespace: name, name: "hub", body: patch });
  const again = await many.fetchLive([configMap(name, "hub")], discovery);
  expect([...again.values()]).toMatchObject([{ data: { of: "tomorrow" } }]);
});

test("who may not list the whole cluster reads each namespace", async () => {
  const hubs = [await openHub(), await openHub()];
  const namespaces = hubs.map(({ namespace }) => namespace);
  const [first] = namespaces;
  if (!first) throw new Error("no hub");
  const { inspector, discovery } = await startLooking(first, await kubeconfigOfNarrow(namespaces));
  const many = inspector.lookAtMany(new Set(namespaces.map(({ name }) => name)));
  for (const [index, { ids }] of hubs.entries()) {
    const before = inspector.calls;
    const found = await many.fetchLive(ids, discovery);
    // Once in vain, and then a list for each namespace.
    expect(inspector.calls - before).toBe(index === 0 ? 5 : 4);
    expect([...found.values()].map(({ kind }) => kind).sort()).toEqual(["ConfigMap", "ConfigMap", "ConfigMap", "Secret"]);
    expect(found).toEqual(await inspector.fetchLive(ids, discovery));
  }
});

const serviceAccount = (namespace: string, name: string): ObjectId => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  namespace,
  name,
});

/** Of a kind that no other test counts the calls for. @param more what each of them has besides */
async function makeServiceAccounts(
  { name: namespace, core }: TestNamespace,
  count: number,
  more: object = {},
): Promise<ObjectId[]> {
  const names = Array.from({ length: count }, (_, index) => `course-${String(index).padStart(3, "0")}`);
  onTestFinished(async () => void (await core.deleteCollectionNamespacedServiceAccount({ namespace })));
  for (const name of names)
    await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name, labels: MANAGED }, ...more } });
  return names.map((name) => serviceAccount(namespace, name));
}

test("a list longer than a page is read to its end", async () => {
  const namespace = await openNamespace();
  const ids = await makeServiceAccounts(namespace, 260);
  const { inspector, discovery } = await startLooking(namespace);
  const before = inspector.calls;
  const found = await inspector.lookAtMany(new Set([namespace.name])).fetchLive(ids, discovery);
  expect(found.size).toBe(260);
  // Other tests may have some of their own at this time.
  expect(inspector.calls - before).toBeLessThanOrEqual(5);
});

test("where the list of the whole cluster is too large, each namespace is read", async () => {
  const crowded = await openNamespace();
  const quiet = await openNamespace();
  const imagePullSecrets = Array.from({ length: 17_000 }, (_, index) => ({ name: `pull-${index}-${"x".repeat(35)}` }));
  await makeServiceAccounts(crowded, 40, { imagePullSecrets });
  const ids = await makeServiceAccounts(quiet, 3);
  const { inspector, discovery } = await startLooking(quiet);
  const found = await inspector.lookAtMany(new Set([quiet.name])).fetchLive(ids, discovery);
  expect(found.size).toBe(3);
});
