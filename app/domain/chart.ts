import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { mergeValues } from "./merge-values.ts";

/** What a packed chart says of itself, read without running Helm. */
export interface Chart {
  name: string;
  version: string;
  /** The version of the program it installs, such as JupyterHub's. */
  appVersion?: string;
  /** Its `values.yaml`. */
  values: JsonObject;
  /** Its `values.schema.json`. */
  schema?: Json;
  dependencies: { key: string; chart: Chart }[];
}

/** The chart whose values stand below `prefix` in those of `chart`; the chart itself for an empty prefix. */
export function subchartAt(chart: Chart | undefined, prefix: readonly string[]): Chart | undefined {
  return prefix.reduce<Chart | undefined>(
    (outer, key) => outer?.dependencies.find((dependency) => dependency.key === key)?.chart,
    chart,
  );
}

/** The values that a chart starts from: its own, on top of those of the charts that it depends on. */
export function defaultValues(chart: Chart): JsonObject {
  const below = chart.dependencies.map(({ key, chart: dependency }): JsonObject => ({ [key]: defaultValues(dependency) }));
  return mergeValues([...below, chart.values]);
}

/** As Helm takes a null: the wish to delete what the chart has there by default. */
export function withoutNulls(values: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): [string, Json][] => {
      if (value === null) return [];
      return [[key, isJsonObject(value) ? withoutNulls(value) : value]];
    }),
  );
}
