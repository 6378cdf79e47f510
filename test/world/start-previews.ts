import { onTestFinished } from "vitest";
import { createHelm } from "../../app/adapters/helm/create-helm.ts";
import { createTemplate } from "../../app/adapters/helm/template-with-lookups.ts";
import { createImageRegistry } from "../../app/adapters/images/image-layers.ts";
import { inspectCluster } from "../../app/adapters/kubernetes/inspect-cluster.ts";
import { startLookupProxy } from "../../app/adapters/kubernetes/lookup-proxy.ts";
import { createRecordedLookups } from "../../app/adapters/kubernetes/recorded-lookups.ts";
import { RECORDED_FIELD_TYPES } from "../../app/diff/recorded-field-types.ts";
import type { Release } from "../../app/domain/release.ts";
import { previewRelease, type ReleasePreviewPorts } from "../../app/pipeline/preview-release.ts";
import { createRenderer, type RendersReleases } from "../../app/render/render-release.ts";
import type { PreviewRelease } from "../../app/report/preview-result.ts";
import type { TestNamespace } from "./open-namespace.ts";
import { tempFolder } from "./sample-release.ts";

export interface Previews {
  folder: string;
  preview(base: Release | undefined, head: Release, isFork?: boolean): Promise<PreviewRelease>;
  renders: RendersReleases;
  ports: ReleasePreviewPorts;
  /** How often the API server was asked. */
  calls(): number;
  /** What was told to the redactor. */
  secrets: string[];
}

/**
 * Previews of releases in one namespace with everything real: Helm, the lookup proxy, the API server, Campanile's own rights.
 * @param charts path of a packed chart by the digest in the release's pin
 */
export async function startPreviews(
  { world, context }: TestNamespace,
  charts: Record<string, string>,
  kubeconfig = world.campanileKubeconfig,
): Promise<Previews> {
  const folder = await tempFolder();
  const helm = createHelm({ binary: world.tools.helm ?? "helm", homeDir: `${folder}/helm`, redact: (text) => text });
  const proxy = await startLookupProxy();
  onTestFinished(() => proxy.stop());
  const inspector = inspectCluster({ kubeconfig, context });
  const recorded = createRecordedLookups(folder);
  const secrets: string[] = [];
  const ports: ReleasePreviewPorts = {
    renders: createRenderer({
      helmVersion: "4.2.4",
      fetchChart: async ({ digest }) => charts[digest] ?? "no such chart",
      template: createTemplate(helm, proxy),
    }),
    openLookups: async ({ id, namespace }, isFork) =>
      isFork ? ((await recorded.find(id)) ?? "none") : inspector.openLookups(namespace),
    async keepLookups({ id }, lookups) {
      if (lookups !== "none" && lookups.source === "live") await recorded.keep(id, lookups);
    },
    fetchFieldTypes: async (_release, lookups, manifests) =>
      lookups === "none" || lookups.source === "recorded"
        ? RECORDED_FIELD_TYPES
        : inspector.fetchFieldTypes([...new Set(manifests.map(({ id }) => id.apiVersion))]),
    inspectorFor: () => inspector,
    fetchImageLayers: createImageRegistry({ mirrors: { "oci://registry.campanile.example/": `oci://${world.registry}/` } })
      .fetchLayers,
    addSecret: ({ value }) => void secrets.push(value),
  };
  return {
    folder,
    secrets,
    renders: ports.renders,
    ports,
    calls: () => inspector.calls,
    preview: (base, head, isFork = false) =>
      previewRelease(ports, { ...(base ? { base } : {}), head, reasons: [] }, { isFork, placeOfValue: () => undefined }),
  };
}
