import { homedir } from "node:os";
import path from "node:path";
import type { FetchesCharts } from "../../adapters/charts/chart-store.ts";
import { createHelm } from "../../adapters/helm/create-helm.ts";
import { openTemplates } from "../../adapters/helm/resident-renderer.ts";
import { createTemplate } from "../../adapters/helm/template-with-lookups.ts";
import { createImageRegistry } from "../../adapters/images/image-layers.ts";
import { type ClusterInspector, inspectCluster } from "../../adapters/kubernetes/inspect-cluster.ts";
import { kubeconfigSecrets } from "../../adapters/kubernetes/kubeconfig-secrets.ts";
import { startLookupProxy } from "../../adapters/kubernetes/lookup-proxy.ts";
import { RECORDED_FIELD_TYPES } from "../../diff/recorded-field-types.ts";
import type { Mirrors } from "../../domain/chart/via-mirrors.ts";
import type { Release } from "../../domain/release.ts";
import type { EvaluationPorts } from "../../pipeline/evaluate-change.ts";
import type { Redactor } from "../../redact/create-redactor.ts";
import { createRenderer } from "../../render/render-release.ts";
import { cacheDir } from "../charts/chart-flags.ts";

export interface OpenEvaluation extends AsyncDisposable {
  ports: EvaluationPorts;
}

/**
 * What `campanile diff` asks, on the machine of whoever types it: Helm, and with `isLive` their own access to the clusters.
 * @throws {ClusterError} when Helm cannot be started
 */
export async function openEvaluation({
  charts,
  mirrors,
  isLive,
  redactor,
}: {
  charts: FetchesCharts;
  /** Of registries, to ask how large images are. */
  mirrors: Mirrors;
  isLive: boolean;
  /** Is told every secret that is met. */
  redactor: Redactor;
}): Promise<OpenEvaluation> {
  await using opened = new AsyncDisposableStack();
  const helmOptions = { homeDir: path.join(cacheDir(), "helm"), redact: redactor.redact };
  const helm = createHelm({ ...helmOptions, binary: process.env.CAMPANILE_HELM ?? "helm" });
  const helmVersion = await helm.version();
  const lookupProxy = await startLookupProxy();
  opened.defer(lookupProxy.stop);
  const templates = openTemplates(helm, process.env.CAMPANILE_HELM_RENDER, helmOptions);
  opened.defer(templates.stop);
  const template = createTemplate(templates, lookupProxy);
  const inspectorFor = isLive ? openInspectors(redactor.addSecret) : noInspector;
  const running = opened.move();
  return {
    ports: {
      helmVersion,
      readChart: charts.readChart,
      renders: createRenderer({ helmVersion, fetchChart: charts.fetchChart, template }),
      async openLookups(release) {
        return isLive ? inspectorFor(release).openLookups(release.namespace) : "none";
      },
      async keepLookups() {
        // The next call of the command asks again.
      },
      async fetchFieldTypes(release, lookups, manifests) {
        if (lookups === "none") return RECORDED_FIELD_TYPES;
        return inspectorFor(release).fetchFieldTypes([...new Set(manifests.map(({ id }) => id.apiVersion))].sort());
      },
      inspectorFor,
      fetchImageLayers: createImageRegistry({ mirrors }).fetchLayers,
      addSecret: ({ value, where }) => redactor.addSecret(value, where),
      redactDeep: redactor.redactDeep,
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function openInspectors(addSecret: (value: string, where: string) => void): (release: Release) => ClusterInspector {
  const kubeconfig = process.env.KUBECONFIG ?? path.join(homedir(), ".kube", "config");
  for (const secret of kubeconfigSecrets(kubeconfig)) addSecret(secret, "the kubeconfig");
  const known = new Map<string, ClusterInspector>();
  return ({ cluster: { context } }) => {
    const inspector = known.get(context) ?? inspectCluster({ kubeconfig, context });
    known.set(context, inspector);
    return inspector;
  };
}

function noInspector(): never {
  throw new Error("no cluster is asked without --live");
}
