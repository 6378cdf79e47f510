import type { JsonObject } from "../json.ts";
import type { Chart } from "./chart.ts";
import { releaseValues } from "./release-values.ts";

/**
 * A chart whose dependencies are not at hand, with empty ones in their place: what is meant for them is then kept,
 * nulls too, for they are to obey it.
 */
export function withStandIns({ dependencies = [], ...chart }: Chart): Chart {
  const names = dependencies
    .map(({ name, alias }) => alias || name)
    .filter((name) => !chart.subcharts.some((each) => each.name === name));
  const stand = names.map((name) => ({ name, version: "0.0.0", values: {}, subcharts: [] }));
  return { ...chart, subcharts: [...chart.subcharts, ...stand] };
}

/** Values with the chart's own defaults below them. */
export function chartDefaults(chart: Chart, given: JsonObject): JsonObject {
  const result = releaseValues(withStandIns(chart), given);
  return result.kind === "values" ? result.values : given;
}
