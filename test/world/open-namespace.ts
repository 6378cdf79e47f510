import { randomBytes } from "node:crypto";
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { inject, onTestFinished } from "vitest";
import type { WorldDescription } from "../../app/local/world/start-world.ts";

/** A namespace on the world's API server for one test. */
export interface TestNamespace {
  world: WorldDescription;
  name: string;
  /** Context in both of the world's kubeconfigs. */
  context: string;
  /** May do everything. */
  admin: KubernetesObjectApi;
  core: CoreV1Api;
}

/** Opens a namespace that no other test knows; it goes away after the test. */
export async function openNamespace(labels: Record<string, string> = {}): Promise<TestNamespace> {
  const world = inject("world");
  const name = `n${randomBytes(4).toString("hex")}-staging`;
  const config = new KubeConfig();
  config.loadFromFile(world.kubeconfig);
  const admin = KubernetesObjectApi.makeApiClient(config);
  const core = config.makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name, labels } } });
  onTestFinished(async () => void (await core.deleteNamespace({ name })));
  return { world, name, context: config.getCurrentContext(), admin, core };
}
