import { isJsonObject, type JsonObject } from "../domain/json.ts";
import type { Manifest } from "../domain/manifest.ts";

/** By this label and these annotations Helm knows its own objects again. */
const MANAGED_BY: JsonObject = { "app.kubernetes.io/managed-by": "Helm" };
const NAME = "meta.helm.sh/release-name";
const NAMESPACE = "meta.helm.sh/release-namespace";

export interface ReleaseName {
  id: string;
  namespace: string;
}

/** The object as Helm sends it to the API server: what is rendered, and the marks of its release. */
export function asHelmApplies(manifest: Manifest, release: ReleaseName): Manifest {
  const { metadata } = manifest.object;
  const given = isJsonObject(metadata) ? metadata : {};
  const marked = {
    ...given,
    labels: { ...mapOf(given.labels), ...MANAGED_BY },
    annotations: { ...mapOf(given.annotations), [NAME]: release.id, [NAMESPACE]: release.namespace },
  };
  return { ...manifest, object: { ...manifest.object, metadata: marked } };
}

/** Helm takes over an object that it has not made only when it bears the release's marks already. */
export function belongsTo(live: JsonObject, release: ReleaseName): boolean {
  const metadata = mapOf(live.metadata);
  const annotations = mapOf(metadata.annotations);
  return (
    mapOf(metadata.labels)["app.kubernetes.io/managed-by"] === "Helm" &&
    annotations[NAME] === release.id &&
    annotations[NAMESPACE] === release.namespace
  );
}

function mapOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
