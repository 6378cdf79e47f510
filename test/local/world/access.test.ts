import { readFile } from "node:fs/promises";
import https from "node:https";
import { AppsV1Api, CoreV1Api, KubeConfig, NodeV1Api, RbacAuthorizationV1Api } from "@kubernetes/client-node";
import { expect, inject, test } from "vitest";

const world = inject("world");

function configOf(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

const campanile = configOf(world.campanileKubeconfig);
const core = campanile.makeApiClient(CoreV1Api);
const FORBIDDEN = { code: 403 };

test("Campanile's account may read what it deploys", async () => {
  await expect(core.listSecretForAllNamespaces()).resolves.toBeDefined();
  await expect(campanile.makeApiClient(AppsV1Api).listDeploymentForAllNamespaces()).resolves.toBeDefined();
});

test.each([
  ["take a node away", () => core.deleteNode({ name: "core-0" })],
  ["read volumes of others", () => core.listPersistentVolume()],
  ["delete a namespace", () => core.deleteNamespace({ name: "default" })],
  ["end a pod by itself", () => core.deleteNamespacedPod({ name: "any", namespace: "default" })],
  ["run a command in a pod", () => core.connectPostNamespacedPodExec({ name: "any", namespace: "default", command: "id" })],
  ["make a token for another account", () => createToken()],
  ["change a quota", () => core.deleteCollectionNamespacedResourceQuota({ namespace: "default" })],
  ["grant itself rights in the whole cluster", () => createBinding()],
  ["read what its rights do not name", () => campanile.makeApiClient(NodeV1Api).listRuntimeClass()],
])("Campanile's account may not %s", async (_title, call) => {
  await expect(call()).rejects.toMatchObject(FORBIDDEN);
});

test("whoever brings no token is refused before anything is looked up", async () => {
  expect(await answerTo({})).toBe(401);
  expect(await answerTo({ authorization: "Bearer guessed" })).toBe(401);
});

test("the API server's certificate is of this world's own authority, and of no other", async () => {
  await expect(answerTo({}, { trustsWorld: false })).rejects.toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  for (const file of [world.kubeconfig, world.campanileKubeconfig]) {
    const [cluster] = configOf(file).clusters;
    expect(cluster?.skipTLSVerify).toBeFalsy();
    expect(cluster?.caData).toBeDefined();
    expect(JSON.parse(await readFile(file, "utf8")).clusters[0].cluster).not.toHaveProperty("insecure-skip-tls-verify");
  }
});

function createBinding() {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "campanile" }];
  const body = { metadata: { name: "campanile-admin" }, roleRef, subjects };
  return campanile.makeApiClient(RbacAuthorizationV1Api).createClusterRoleBinding({ body });
}

function createToken() {
  const body = { spec: { audiences: ["any"] } };
  return core.createNamespacedServiceAccountToken({ name: "default", namespace: "kube-system", body });
}

async function answerTo(headers: Record<string, string>, { trustsWorld = true } = {}): Promise<number | undefined> {
  const cluster = campanile.getCurrentCluster();
  const ca = trustsWorld ? { ca: Buffer.from(cluster?.caData ?? "", "base64") } : {};
  return new Promise((resolve, reject) => {
    https
      .get(`${cluster?.server}/api/v1/namespaces`, { headers, agent: false, ...ca }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on("error", reject);
  });
}
