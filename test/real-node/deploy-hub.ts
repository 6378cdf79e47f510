import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import type { Json } from "../../app/domain/json.ts";
import { forwardToNode } from "../../app/local/node/forward.ts";
import type { WorldDescription } from "../../app/local/world/start-world.ts";
import { until } from "../world/until.ts";

const CHART = path.resolve(import.meta.dirname, "../fixtures/charts/jupyterhub");
const INSTALL_LIMIT = "3m";

export interface DeployedHub {
  /** Of its proxy, on loopback. */
  url: string;
  /** Of service `probe`, which may make users, start their servers and use them. */
  token: string;
  stop(): Promise<void>;
}

/** A hub by the chart of the local world, with people who say who they are, and no program in it simulated. */
export async function deployHub(
  world: WorldDescription,
  namespace: string,
  singleuser: Record<string, Json>,
): Promise<DeployedHub> {
  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  await claimHomes(core, namespace);
  await installChart(world, namespace, {
    hub: {
      config: {
        JupyterHub: { authenticator_class: "dummy" },
        Authenticator: { allow_all: true },
        Spawner: { http_timeout: 120 },
      },
      services: { probe: {} },
      loadRoles: {
        probe: {
          scopes: ["admin:users", "admin:servers", "access:servers"],
          services: ["probe"],
        },
      },
    },
    proxy: { service: { type: "ClusterIP" } },
    singleuser: {
      // All students on one volume, as on a file server.
      storage: { type: "static", static: { pvcName: HOMES, subPath: `${namespace}/{username}` } },
      ...singleuser,
    },
  });
  const [service, secret] = await Promise.all([
    core.readNamespacedService({ name: "proxy-public", namespace }),
    core.readNamespacedSecret({ name: "hub", namespace }),
  ]);
  const forwarder = await forwardToNode(world.realNode?.connectSocket ?? "", `${service.spec?.clusterIP}:80`);
  const url = `http://127.0.0.1:${forwarder.port}`;
  // A hub is ready a moment before its proxy knows the way to it.
  await until("the proxy leads to the hub", async () => (await fetch(new URL("/hub/api/", url))).ok);
  return {
    url,
    token: Buffer.from(secret.data?.["hub.services.probe.apiToken"] ?? "", "base64").toString(),
    stop: () => forwarder.stop(),
  };
}

const HOMES = "homes";

/** What a fleet has beside its hub: the claim to what the file server exports. */
async function claimHomes(core: CoreV1Api, namespace: string): Promise<void> {
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  const resources = { requests: { storage: "1Gi" } };
  const spec = { storageClassName: "shared-homes", accessModes: ["ReadWriteMany"], resources };
  await core.createNamespacedPersistentVolumeClaim({ namespace, body: { metadata: { name: HOMES }, spec } });
}

async function installChart(world: WorldDescription, namespace: string, values: Json): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), "campanile-hub-"));
  try {
    await writeFile(path.join(dir, "values.json"), JSON.stringify(values));
    const args = ["upgrade", "--install", namespace, CHART, "--namespace", namespace];
    await execa(
      world.tools.helm ?? "helm",
      [...args, "--values", path.join(dir, "values.json"), "--wait", "--timeout", INSTALL_LIMIT],
      { env: { KUBECONFIG: world.kubeconfig, HELM_CACHE_HOME: dir, HELM_CONFIG_HOME: dir, HELM_DATA_HOME: dir } },
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
