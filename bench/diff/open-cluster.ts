import path from "node:path";
import pLimit from "p-limit";
import { createHelm } from "../../app/adapters/helm/create-helm.ts";
import { imageValues, mergeValues } from "../../app/domain/merge-values.ts";
import type { Release } from "../../app/domain/release.ts";
import { startKeeper } from "../../app/local/world/keep-processes.ts";
import { startControlPlane } from "../../app/local/world/start-control-plane.ts";
import type { ToolPaths } from "../../tools/install-tools.ts";

/** A real API server for one benchmark; nothing is left of it afterwards. */
export interface BenchCluster extends AsyncDisposable {
  kubeconfig: string;
  /** Installs releases by the real Helm, as Campanile's rollout would. */
  install(releases: readonly Release[], sha: string, chart: string, atOnce: number): Promise<void>;
}

export async function openCluster(folder: string, tools: ToolPaths): Promise<BenchCluster> {
  await using opened = new AsyncDisposableStack();
  const keeper = startKeeper();
  opened.defer(() => keeper.close());
  const logDir = path.join(folder, "logs");
  const plane = await startControlPlane(folder, tools, {
    logDir,
    keeper,
    onCrash: (message) => process.stderr.write(`${message}\n`),
  });
  const kubeconfig = plane.adminKubeconfig;
  const helm = createHelm({ binary: tools.helm, homeDir: path.join(folder, "helm-home"), redact: (text) => text });
  const running = opened.move();
  return {
    kubeconfig,
    async install(releases, sha, chart, atOnce) {
      const limit = pLimit(atOnce);
      const installOne = ({ id, namespace, cluster, bundleDigest, ...release }: Release) =>
        helm.upgrade(id, chart, {
          namespace,
          values: valuesOf(release),
          kubeconfig,
          kubeContext: cluster.context,
          labels: { "campanile.dev/bundle": bundleDigest, "campanile.dev/sha": sha },
          description: `Campanile: ${sha.slice(0, 7)}`,
          timeoutSeconds: 120,
        });
      await Promise.all(releases.map((release) => limit(() => installOne(release))));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Secrets are given by their shape: what they are makes no difference to the time. */
export function valuesOf({ valueLayers, image, imageValuePath }: Pick<Release, "valueLayers" | "image" | "imageValuePath">) {
  const layers = valueLayers.map((layer) => (layer.kind === "plain" ? layer.values : layer.shape));
  return mergeValues([...layers, imageValues(image, imageValuePath)]);
}
