import { LRUCache } from "lru-cache";
import stringify from "safe-stable-stringify";
import type { Chart } from "../domain/chart/chart.ts";
import { type PlacedChart, releaseValues } from "../domain/chart/release-values.ts";
import type { FilePlace } from "../domain/finding.ts";
import type { Cluster, Fleet, HubEnvironment, HubJourney, ValueLayer } from "../domain/hub.ts";
import { journeyOf } from "../domain/journey-in.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { imageValues, mergeValues } from "../domain/merge-values.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import type { LoadedFleet } from "../load/load-fleet.ts";
import { hideLeaves } from "./opaque.ts";

/** One release as rules see it: its values merged, and where each was written. */
export interface ReleaseView {
  /** `data8-staging`. */
  id: string;
  hub: string;
  environment: string;
  /** The last environment in promotion order is the one that students use. */
  isProduction: boolean;
  config: HubEnvironment;
  /** The one that is played by itself. */
  journey: HubJourney | undefined;
  cluster: Cluster | undefined;
  /** What the files say, the JupyterHub chart's own part, without the wrapper around it; secrets by shape. */
  values: JsonObject;
  /** The same on top of the chart's defaults, as the chart gets it; equal to `values` where the chart could not be read. */
  effective: JsonObject;
  /** One layer after the other, lowest first, in the form of `values`. */
  layers: { file: string; values: JsonObject }[];
  /** All of the files, from their top. */
  whole: WholeValues;
  /** The pinned chart; absent where it could not be read. */
  chart: Chart | undefined;
  /** The JupyterHub chart: the pinned one, or one that it depends on. */
  jupyterhub: Chart | undefined;
  /** The pinned chart and those that it is made of, each where its values stand; empty where it could not be read. */
  charts: PlacedChart[];
  /** Whether every chart's defaults are in `effective`: else what the files don't say may still be said by a chart. */
  areDefaultsKnown: boolean;
  /**
   * @param path below `values`
   * @param file when given, the place in this file, though a later one may win
   */
  placeOf(path: ValuePath, file?: string): FilePlace;
  /** For people, from the top of the files: `jupyterhub.singleuser.memory.limit`. */
  nameOf(path: ValuePath): string;
}

/** Values of a release as the pinned chart gets them, with those of a wrapper chart around JupyterHub's. */
export interface WholeValues {
  values: JsonObject;
  effective: JsonObject;
  layers: { file: string; values: JsonObject }[];
  /** Where JupyterHub's own stand: empty when there is no wrapper. */
  prefix: readonly string[];
  placeOf(path: ValuePath, file?: string): FilePlace;
}

export interface FleetView {
  fleet: Fleet;
  releases: ReleaseView[];
  find(id: string): ReleaseView | undefined;
  context: ViewContext;
}

/** What was read besides the fleet, for rules that need it; without it they are silent. */
export interface ViewContext {
  /** By the digest of the pin. */
  charts?: ReadonlyMap<string, Chart> | undefined;
  /** Files as they are written, by path: for comments, and for files that are no values. */
  texts?: ReadonlyMap<string, string> | undefined;
}

/** @param loaded without blocking faults */
export function fleetView(fleet: Fleet, placeOfValue: LoadedFleet["placeOfValue"], context: ViewContext = {}): FleetView {
  const lastEnvironment = fleet.environments.at(-1)?.name;
  const clusterOf = new Map(fleet.clusters.map((cluster) => [cluster.name, oneFor(cluster)]));
  const releases = fleet.hubs.flatMap((hub) =>
    hub.environments.map((config) =>
      releaseView({
        hub: hub.name,
        config,
        journey: journeyOf(hub, config.environment),
        isProduction: config.environment === lastEnvironment,
        cluster: clusterOf.get(config.cluster),
        chart: context.charts?.get(config.pins.hub.digest),
        placeOfValue,
      }),
    ),
  );
  const byId = new Map(releases.map((release) => [release.id, release]));
  return { fleet, releases, find: (id) => byId.get(id), context };
}

/** Where the files describe no fleet, what they and the commits hold can still be looked at. */
export function viewWithoutFleet(context: ViewContext): FleetView {
  const fleet: Fleet = { sha: "", title: "", mode: "observe", clusters: [], environments: [], hubs: [], clusterReleases: [] };
  return { fleet, releases: [], find: () => undefined, context };
}

interface ReleaseInputs {
  hub: string;
  config: HubEnvironment;
  journey: HubJourney | undefined;
  isProduction: boolean;
  cluster: Cluster | undefined;
  chart: Chart | undefined;
  placeOfValue: LoadedFleet["placeOfValue"];
}

const views = new WeakMap<HubEnvironment, ReleaseView>();

/** The loader gives the same object for a hub that did not change, and then everything that was worked out of it stays. */
function releaseView(of: ReleaseInputs): ReleaseView {
  const known = views.get(of.config);
  const isSame = known?.chart === of.chart && known?.cluster === of.cluster && known?.isProduction === of.isProduction;
  if (known && isSame && known.hub === of.hub && known.journey === of.journey) return known;
  const fresh = makeView(of);
  views.set(of.config, fresh);
  return fresh;
}

function makeView(of: ReleaseInputs): ReleaseView {
  const { hub, config, journey, isProduction, cluster, chart } = of;
  const { environment } = config;
  const { whole, charts } = wholeValues(of);
  const { prefix } = whole;
  const jupyterhub = charts.find(({ path }) => path.join(".") === prefix.join("."))?.chart;
  return {
    id: `${hub}-${environment}`,
    hub,
    environment,
    isProduction,
    config,
    journey,
    cluster,
    values: objectAt(whole.values, prefix),
    effective: objectAt(whole.effective, prefix),
    layers: whole.layers.map(({ file, values }) => ({ file, values: objectAt(values, prefix) })),
    whole,
    chart,
    jupyterhub,
    charts,
    areDefaultsKnown: jupyterhub !== undefined,
    placeOf: (path, file) => whole.placeOf([...prefix, ...path], file),
    nameOf: (path) => [...prefix, ...path].join("."),
  };
}

const clusters = new LRUCache<string, Cluster>({ max: 100 });

/** One object for what says the same, so that views can be compared by what they were made of. */
function oneFor(cluster: Cluster): Cluster {
  const key = stringify(cluster);
  const known = clusters.get(key) ?? cluster;
  clusters.set(key, known);
  return known;
}

function wholeValues({ hub, config, chart, placeOfValue }: ReleaseInputs): {
  whole: WholeValues;
  charts: PlacedChart[];
} {
  const layers = config.valueLayers.map((layer) => ({ file: layer.file, values: valuesOf(layer) }));
  const values = mergeValues(layers.map((layer) => layer.values));
  const given = mergeValues([values, imageValues(config.pins.image, config.imageValuePath)]);
  const worked = chart ? releaseValues(chart, given) : undefined;
  const isWorked = worked?.kind === "values";
  return {
    whole: {
      layers,
      values,
      effective: isWorked ? worked.values : withoutNulls(given),
      prefix: jupyterhubPath(config.imageValuePath),
      placeOf: (path, file) => placeOfValue(hub, config.environment, path, file) ?? { file: file ?? config.pinsFile, line: 1 },
    },
    charts: isWorked ? worked.charts : [],
  };
}

/** Without the chart a null has nothing to delete: it is as if nothing were said. */
function withoutNulls(values: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): [string, Json][] => {
      if (value === null) return [];
      return [[key, isJsonObject(value) ? withoutNulls(value) : value]];
    }),
  );
}

const hidden = new WeakMap<JsonObject, JsonObject>();

/** The same layer gives the same object, so that it is not copied for each release that has it. */
function valuesOf(layer: ValueLayer): JsonObject {
  if (layer.kind === "plain") return layer.values;
  const known = hidden.get(layer.shape) ?? hideLeaves(layer.shape);
  hidden.set(layer.shape, known);
  return known;
}

/** A wrapper chart holds the JupyterHub chart's values below the name of its dependency: whatever stands before `singleuser`. */
export function jupyterhubPath(imageValuePath: string): string[] {
  const keys = imageValuePath.split(".");
  const at = keys.indexOf("singleuser");
  return at < 0 ? [] : keys.slice(0, at);
}

function objectAt(values: JsonObject, path: ValuePath): JsonObject {
  const found = valueAt(values, path);
  return isJsonObject(found) ? found : {};
}
