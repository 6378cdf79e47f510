import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import type { ChartPin, ValueLayer } from "../domain/hub.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Manifest } from "../domain/manifest.ts";
import { imageValues, mergeValues } from "../domain/merge-values.ts";
import type { Release } from "../domain/release.ts";
import { hideGenerated } from "./hide-generated.ts";
import { parseManifests } from "./parse-manifests.ts";

export interface RenderPorts {
  fetchChart(pin: ChartPin): Promise<string>;
  template(
    name: string,
    chart: string,
    options: { namespace: string; values: JsonObject; kubeVersion?: string },
  ): Promise<string>;
}

export interface Rendered {
  manifests: Manifest[];
  /** Paths that two renders of the same inputs disagree on, such as `Secret data8-staging/hub data.hub.config.CryptKeeper.keys`. */
  notDeterministic: string[];
}

export type RendersReleases = (release: Release) => Promise<Rendered>;

/** Rendered hubs take about a megabyte each; a pull request's base is nearly always one that was rendered before. */
const CACHE_ENTRIES = 200;

/** The values that a release renders with where no key is at hand: secrets are placeholders of the right type. */
function previewValues(release: Pick<Release, "valueLayers" | "image" | "imageValuePath">): JsonObject {
  return mergeValues([...release.valueLayers.map(shapeOf), imageValues(release.image, release.imageValuePath)]);
}

function shapeOf(layer: ValueLayer): JsonObject {
  return layer.kind === "plain" ? layer.values : layer.shape;
}

/**
 * Renders by Helm, as many at once as there are cores, each bundle once.
 * A chart that makes up secrets does so anew at each render, so everything is rendered twice: where the two differ there is nothing to review.
 */
export function createRenderer(ports: RenderPorts): RendersReleases {
  const cache = new LRUCache<string, Promise<Rendered>>({ max: CACHE_ENTRIES });
  const limit = pLimit(availableParallelism());

  async function render(release: Release): Promise<Rendered> {
    const chart = await ports.fetchChart(release.chart);
    const options = {
      namespace: release.namespace,
      values: previewValues(release),
      ...(release.cluster.kubernetesVersion === undefined ? {} : { kubeVersion: release.cluster.kubernetesVersion }),
    };
    const renderOnce = () => limit(() => ports.template(release.id, chart, options));
    const [first, second] = await Promise.all([renderOnce(), renderOnce()]);
    const parse = (text: string) => parseManifests(text, release.id, release.namespace);
    if (first === second) return { manifests: parse(first), notDeterministic: [] };
    return hideGenerated(parse(first), parse(second));
  }

  return (release) => {
    const key = createHash("sha256").update(`${release.bundleDigest} ${release.chart.digest}`).digest("hex");
    const known = cache.get(key);
    if (known) return known;
    const rendering = render(release);
    cache.set(key, rendering);
    rendering.catch(() => cache.delete(key));
    return rendering;
  };
}
