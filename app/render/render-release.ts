import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import stringify from "safe-stable-stringify";
import type { LookupPath } from "../adapters/kubernetes/lookup-path.ts";
import type { LookupSnapshot } from "../adapters/kubernetes/lookup-snapshot.ts";
import type { ChartPin } from "../domain/hub.ts";
import { isJsonObject, type JsonObject } from "../domain/json.ts";
import type { Manifest } from "../domain/manifest.ts";
import { imageValues, mergeValues } from "../domain/merge-values.ts";
import { oncePer } from "../domain/once-per.ts";
import type { PlaceholderSet } from "../domain/placeholder.ts";
import type { Release } from "../domain/release.ts";
import type { ValuePath } from "../domain/value-at.ts";
import { differingObjects, type OtherObjects } from "./differing-objects.ts";
import { type Printed, parseManifests } from "./parse-manifests.ts";
import { createRenderCache } from "./render-cache.ts";

/** What templates see as their cluster; without one, nothing is found, and only the fleet's word says which Kubernetes it is. */
export type Lookups = LookupSnapshot | "none";

export interface TemplateRequest {
  namespace: string;
  values: JsonObject;
  /** For renders without a cluster; the fleet need not say it. */
  kubeVersion: string | undefined;
  lookups: Lookups;
  placeholders: PlaceholderSet;
}

export interface RenderPorts {
  helmVersion: string;
  fetchChart(pin: ChartPin): Promise<string>;
  /** @returns what Helm printed, and what the templates looked up on the way */
  template(name: string, chart: string, request: TemplateRequest): Promise<{ printed: Printed; asked: LookupPath[] }>;
}

export interface Rendered {
  manifests: Manifest[];
  /** Objects that come out otherwise with other placeholders: reached by a secret, or by chance. */
  reached: OtherObjects;
}

export interface RendersReleases {
  /** @throws {ConfigError} when the chart, the values or a template are at fault */
  renderRelease(release: Release, lookups: Lookups): Promise<Rendered>;
  /** Renders the same inputs once more. @returns the objects that come out otherwise: made up by chance */
  findMadeUp(release: Release, lookups: Lookups): Promise<OtherObjects>;
}

/**
 * Renders by Helm, as many at once as there are cores, each content once.
 * Everything is rendered with two sets of placeholders: where the two differ, no value that is rendered here is the one that will be deployed.
 */
export function createRenderer(ports: RenderPorts): RendersReleases {
  const limit = pLimit(availableParallelism());
  const renders = createRenderCache<Rendered>();
  const madeUp = createRenderCache<OtherObjects>();

  async function render(release: Release, lookups: Lookups, placeholders: PlaceholderSet) {
    const chart = await ports.fetchChart(release.chart);
    const request = {
      namespace: release.namespace,
      values: previewValues(release, placeholders),
      kubeVersion: release.cluster.kubernetesVersion,
      lookups,
      placeholders,
    };
    const { printed, asked } = await limit(() => ports.template(release.id, chart, request));
    return { manifests: parseManifests(printed, release.id, release.namespace, scopesOf(lookups)), asked };
  }

  const keyOf = oncePer((release: Release) => contentKey(ports.helmVersion, release));

  const renderRelease = (release: Release, lookups: Lookups) =>
    renders.getOrMake(keyOf(release), lookups, async () => {
      const [first, second] = await Promise.all([render(release, lookups, "first"), render(release, lookups, "second")]);
      const reached = differingObjects(first.manifests, second.manifests);
      return { made: { manifests: first.manifests, reached }, asked: [...first.asked, ...second.asked] };
    });

  return {
    renderRelease,
    findMadeUp: (release, lookups) =>
      madeUp.getOrMake(keyOf(release), lookups, async () => {
        const [before, again] = await Promise.all([renderRelease(release, lookups), render(release, lookups, "first")]);
        return { made: differingObjects(before.manifests, again.manifests), asked: again.asked };
      }),
  };
}

/** The values that a release renders with where no key is at hand: secrets are placeholders of the right type. */
function previewValues(
  release: Pick<Release, "valueLayers" | "image" | "imageValuePath">,
  placeholders: PlaceholderSet,
): JsonObject {
  const layers = release.valueLayers.map((layer) => {
    if (layer.kind === "plain") return layer.values;
    const shape = placeholders === "first" ? layer.shape : layer.otherShape;
    // A template that looks into the map would stop at a text.
    return (layer.replacesMaps ?? []).reduce(withoutPath, shape);
  });
  return mergeValues([...layers, imageValues(release.image, release.imageValuePath)]);
}

function withoutPath(values: JsonObject, [key, ...rest]: ValuePath): JsonObject {
  if (key === undefined) return values;
  const { [key]: inner, ...others } = values;
  return rest.length > 0 && isJsonObject(inner) ? { ...others, [key]: withoutPath(inner, rest) } : others;
}

/** Everything but the cluster that a render depends on. */
function contentKey(helmVersion: string, release: Release): string {
  const { id, namespace, chart, cluster } = release;
  const values = [previewValues(release, "first"), previewValues(release, "second")];
  return createHash("sha256")
    .update(stringify([helmVersion, id, namespace, chart.digest, cluster.kubernetesVersion, values]))
    .digest("hex");
}

function scopesOf(lookups: Lookups): (apiVersion: string, kind: string) => boolean | undefined {
  return (apiVersion, kind) => (lookups === "none" ? undefined : lookups.discovery.findKind(apiVersion, kind)?.isNamespaced);
}
