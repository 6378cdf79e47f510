import type { FetchesCharts } from "../../adapters/charts/chart-store.ts";
import { chartDefaults } from "../../domain/chart/chart-defaults.ts";
import { type PlacedChart, type ReleaseValues, releaseValues } from "../../domain/chart/release-values.ts";
import { viaMirrors } from "../../domain/chart/via-mirrors.ts";
import { ConfigError } from "../../domain/errors.ts";
import type { ChartPin, Fleet, HubEnvironment } from "../../domain/hub.ts";
import type { JsonObject } from "../../domain/json.ts";
import { imageValues, mergeValues } from "../../domain/merge-values.ts";
import { suggestName } from "../../domain/suggest-name.ts";
import type { ValuePath } from "../../domain/value-at.ts";
import { readChart } from "../../load/chart/read-chart.ts";
import type { LoadedFleet } from "../../load/load-fleet.ts";
import { originOf } from "./origin.ts";

export interface WantedRelease {
  hub: string;
  environment: string;
}

export interface MergedRelease {
  values: JsonObject;
  /** `hubs/data8/values/prod.yaml:12`, or the chart that has it as its default. */
  originOf(path: ValuePath): string | undefined;
  /** Whether a value comes out of an encrypted file, and is a placeholder here. */
  isSecret(path: ValuePath): boolean;
}

/**
 * The values of one release as its templates see them.
 * @param charts left out: only what the fleet's own files say
 * @throws {ConfigError | ClusterError}
 */
export async function readRelease(
  { fleet, findings, placeOfValue }: LoadedFleet,
  wanted: WantedRelease,
  charts: FetchesCharts | undefined,
): Promise<MergedRelease> {
  const [fault] = findings;
  if (!fleet) throw unreadable(fault ? `${fault.at.file}:${fault.at.line}: ${fault.what}` : "There is no fleet in this folder.");
  const config = findConfig(fleet, wanted);
  const given = mergeValues([
    ...config.valueLayers.map((layer) => (layer.kind === "plain" ? layer.values : layer.shape)),
    imageValues(config.pins.image, config.imageValuePath),
  ]);
  const { values, charts: placed } = await withCharts(viaMirrors(config.pins.hub, fleet.mirrors), given, charts);
  const encrypted = new Set(config.valueLayers.flatMap((layer) => (layer.kind === "encrypted" ? layer.file : [])));
  const placeOf = (path: ValuePath) => placeOfValue(wanted.hub, wanted.environment, path);
  return {
    values,
    originOf: (path) => originOf({ path, place: placeOf(path), config, charts: placed }),
    isSecret: (path) => encrypted.has(placeOf(path)?.file ?? ""),
  };
}

async function withCharts(
  pin: ChartPin,
  given: JsonObject,
  charts: FetchesCharts | undefined,
): Promise<{ values: JsonObject; charts: PlacedChart[] }> {
  if (!charts) return { values: pin.folder ? chartDefaults(pin.folder.chart, given) : given, charts: [] };
  const { chart } = readChart(await charts.readChart(pin), `${pin.chart} ${pin.version}`);
  const result: ReleaseValues = releaseValues(chart, given);
  if (result.kind === "values") return result;
  throw new ConfigError({
    code: "dependency-values",
    what: `Helm refuses the values: "${result.dependency}" is not a map.`,
    why: "It is the name of a chart inside the pinned one, and what stands there are that chart's values.",
    fix: `Write a map below "${result.dependency}", or remove it.`,
  });
}

function findConfig({ hubs }: Fleet, { hub, environment }: WantedRelease): HubEnvironment {
  const found = hubs.find(({ name }) => name === hub);
  if (!found)
    throw unknown(
      "hub",
      hub,
      hubs.map(({ name }) => name),
    );
  const config = found.environments.find((each) => each.environment === environment);
  if (!config)
    throw unknown(
      "environment",
      environment,
      found.environments.map((each) => each.environment),
    );
  return config;
}

function unknown(kind: "hub" | "environment", name: string, known: readonly string[]): ConfigError {
  const meant = suggestName(name, known);
  return new ConfigError({
    code: `unknown-${kind}`,
    what: `There is no ${kind} "${name}".`,
    why: `There ${known.length === 1 ? "is" : "are"}: ${known.slice(0, 40).join(", ")}.`,
    fix: meant === undefined ? "Give one of them." : `Did you mean "${meant}"?`,
  });
}

function unreadable(why: string): ConfigError {
  return new ConfigError({
    code: "fleet-faulty",
    what: "The fleet has faults, so what is deployed of it cannot be said.",
    why,
    fix: "See all of them with: campanile validate",
  });
}
