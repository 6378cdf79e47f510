import path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect, onTestFinished, test, vi } from "vitest";
import { makeFolder } from "../local/world/make-folder.ts";
import { runRealWorld } from "./run-real-world.ts";
import { FIRST_START_LIMIT_MS, onRealNode } from "./where-possible.ts";

const IN_TIME = { timeout: 60_000, interval: 200 };

onRealNode("a world with both kinds of nodes", () => {
  test(
    "only a pod that tolerates the real node runs there, and each kind reports what it can know",
    async () => {
      const { dir, remove } = await makeFolder();
      const world = await runRealWorld(path.join(dir, "world"), "both");
      onTestFinished(async () => {
        world.signal("SIGTERM");
        await world.ended;
        await remove();
      });
      const config = new KubeConfig();
      config.loadFromFile(world.kubeconfig);
      const core = config.makeApiClient(CoreV1Api);
      const containers = [{ name: "main", image: "registry.campanile.example/pause:no-such-tag" }];
      const tolerations = [{ key: "campanile.dev/real-node", operator: "Exists" }];
      const onReal = { containers, tolerations, nodeSelector: { "kubernetes.io/hostname": "real-0" } };
      const create = (name: string, spec: typeof onReal | { containers: typeof containers }) =>
        core.createNamespacedPod({ namespace: "default", body: { metadata: { name }, spec } });
      await Promise.all([create("real", onReal), create("simulated", { containers })]);
      await vi.waitFor(async () => {
        const [real, simulated] = await Promise.all(
          ["real", "simulated"].map((name) => core.readNamespacedPod({ name, namespace: "default" })),
        );
        // Only a real kubelet asks the registry.
        expect(real?.status?.containerStatuses?.[0]?.state?.waiting?.message).toContain("not found");
        expect([simulated?.spec?.nodeName, simulated?.status?.phase]).toEqual([expect.not.stringMatching("real-0"), "Running"]);
      }, IN_TIME);
    },
    FIRST_START_LIMIT_MS,
  );
});
