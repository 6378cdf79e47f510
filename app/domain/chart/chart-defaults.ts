import type { JsonObject } from "../json.ts";
import type { Chart } from "./chart.ts";
import { releaseValues } from "./release-values.ts";

/**
 * Values with the defaults of one chart below them, where the charts that it depends on are not at hand: what is meant for those is kept,
 * nulls too, for they are to obey it.
 */
export function chartDefaults(chart: Chart, given: JsonObject): JsonObject {
  const stand = (chart.dependencies ?? []).map(({ name, alias }) => ({
    name: alias || name,
    version: "0.0.0",
    values: {},
    subcharts: [],
  }));
  const { dependencies: _, ...outer } = chart;
  const result = releaseValues({ ...outer, subcharts: [...chart.subcharts, ...stand] }, given);
  return result.kind === "values" ? result.values : given;
}
