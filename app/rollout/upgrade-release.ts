import { ClusterError, type Explanation } from "../domain/errors.ts";
import type { ChartPin, ValueLayer } from "../domain/hub.ts";
import type { JsonObject } from "../domain/json.ts";
import { imageValues, mergeValues } from "../domain/merge-values.ts";
import type { Release } from "../domain/release.ts";
import { HELM_CALL_LIMIT_SECONDS } from "./decide.ts";

export interface UpgradePorts {
  fetchChart(pin: ChartPin): Promise<string>;
  /** Decrypts a secret layer; its values are known to the redactor before this returns. */
  decryptLayer(layer: Extract<ValueLayer, { kind: "encrypted" }>): Promise<JsonObject>;
  upgrade(
    name: string,
    chart: string,
    options: {
      namespace: string;
      values: JsonObject;
      kubeContext: string;
      labels: Record<string, string>;
      description: string;
      timeoutSeconds: number;
      signal: AbortSignal;
    },
  ): Promise<void>;
  watchHooks(kubeContext: string, namespace: string, signal: AbortSignal): Promise<Explanation | undefined>;
}

/** Less than the limit after which a pending release counts as abandoned. */
const HOOK_LIMIT_SECONDS = HELM_CALL_LIMIT_SECONDS - 120;

/**
 * Runs Helm on one release while the cluster is watched: a hook whose image cannot be pulled would keep Helm waiting for minutes,
 * but its pod says so within seconds. Helm is then stopped, and marks the revision as failed.
 * @param revision the one that Helm is about to write: on any other, what its labels say was handed on
 * @throws {ClusterError | ConfigError} with the cluster's own reason where there is one
 */
export async function upgradeRelease(ports: UpgradePorts, release: Release, sha: string, revision: number): Promise<void> {
  const chart = await ports.fetchChart(release.chart);
  const values = mergeValues([
    ...(await Promise.all(release.valueLayers.map((layer) => openLayer(ports, layer)))),
    imageValues(release.image, release.imageValuePath),
  ]);
  const helm = new AbortController();
  const watch = new AbortController();
  const watching = ports.watchHooks(release.cluster.context, release.namespace, watch.signal).then(
    (explanation) => {
      if (explanation) helm.abort();
      return explanation;
    },
    // A watch that breaks costs the early word only: Helm says in the end whether its hooks worked.
    () => undefined,
  );
  try {
    await ports.upgrade(release.id, chart, {
      namespace: release.namespace,
      values,
      kubeContext: release.cluster.context,
      labels: {
        "campanile.dev/bundle": release.bundleDigest,
        "campanile.dev/sha": sha,
        "campanile.dev/revision": String(revision),
      },
      description: `Campanile: ${sha.slice(0, 7)}`,
      timeoutSeconds: HOOK_LIMIT_SECONDS,
      signal: helm.signal,
    });
  } catch (error) {
    watch.abort();
    const explanation = await watching;
    throw explanation ? new ClusterError({ ...explanation, canRetry: false }, { cause: error }) : error;
  } finally {
    watch.abort();
  }
}

async function openLayer(ports: UpgradePorts, layer: ValueLayer): Promise<JsonObject> {
  return layer.kind === "plain" ? layer.values : ports.decryptLayer(layer);
}
