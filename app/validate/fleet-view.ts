import type { FilePlace } from "../domain/finding.ts";
import type { Fleet, HubEnvironment } from "../domain/hub.ts";
import type { JsonObject } from "../domain/json.ts";
import { isJsonObject } from "../domain/json.ts";
import { mergeValues } from "../domain/merge-values.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import type { LoadedFleet } from "../load/load-fleet.ts";

/** One release as rules see it: its values merged, and where each was written. */
export interface ReleaseView {
  /** `data8-staging`. */
  id: string;
  hub: string;
  environment: string;
  /** The last environment in promotion order is the one that students use. */
  isProduction: boolean;
  config: HubEnvironment;
  /** The JupyterHub chart's own values, without the wrapper around them; secrets by shape. */
  values: JsonObject;
  /** One layer after the other, lowest first, in the same form. */
  layers: { file: string; values: JsonObject }[];
  /** @param path below `values` */
  placeOf(path: ValuePath): FilePlace;
  /** For people, from the top of the files: `jupyterhub.singleuser.memory.limit`. */
  nameOf(path: ValuePath): string;
}

export interface FleetView {
  fleet: Fleet;
  releases: ReleaseView[];
}

/** @param loaded without blocking faults */
export function fleetView(fleet: Fleet, placeOfValue: LoadedFleet["placeOfValue"]): FleetView {
  const lastEnvironment = fleet.environments.at(-1)?.name;
  return {
    fleet,
    releases: fleet.hubs.flatMap((hub) =>
      hub.environments.map((config) => releaseView({ hub: hub.name, config, lastEnvironment, placeOfValue })),
    ),
  };
}

function releaseView(of: {
  hub: string;
  config: HubEnvironment;
  lastEnvironment: string | undefined;
  placeOfValue: LoadedFleet["placeOfValue"];
}): ReleaseView {
  const { hub, config, placeOfValue } = of;
  const { environment } = config;
  const prefix = jupyterhubPath(config.imageValuePath);
  const layers = config.valueLayers.map((layer) => ({
    file: layer.file,
    values: objectAt(layer.kind === "plain" ? layer.values : layer.shape, prefix),
  }));
  return {
    id: `${hub}-${environment}`,
    hub,
    environment,
    isProduction: environment === of.lastEnvironment,
    config,
    values: mergeValues(layers.map((layer) => layer.values)),
    layers,
    placeOf: (path) => placeOfValue(hub, environment, [...prefix, ...path]) ?? { file: config.pinsFile, line: 1 },
    nameOf: (path) => [...prefix, ...path].join("."),
  };
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
