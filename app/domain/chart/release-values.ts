import type { JsonObject } from "../json.ts";
import type { Chart } from "./chart.ts";
import { coalesceChart, DependencyNotAMap, type ValueWarning } from "./coalesce-values.ts";
import { processDependencies } from "./process-dependencies.ts";
import { fromTable, toTable } from "./table.ts";
import { type WorkingChart, workOn } from "./working-chart.ts";

/** What a chart's templates see as `.Values`, or why Helm refuses. */
export type ReleaseValues =
  | {
      kind: "values";
      values: JsonObject;
      /** Each once, sorted by path. */
      warnings: ValueWarning[];
      /** The chart and all inside it that are switched on, each with the path of its values. */
      charts: PlacedChart[];
    }
  | { kind: "refused"; dependency: string };

export interface PlacedChart {
  chart: Chart;
  /** Empty for the outermost; `["jupyterhub"]` for a dependency of it. An alias counts, not the chart's own name. */
  path: string[];
}

/**
 * The values of a release, exactly as Helm works them out.
 * @param given what is given with `-f`, already merged, its nulls still there
 */
export function releaseValues(chart: Chart, given: JsonObject): ReleaseValues {
  const working = workOn(chart);
  const seen = new Map<string, ValueWarning>();
  const warn = (warning: ValueWarning) => void seen.set(`${warning.path} ${warning.kind}`, warning);
  try {
    const table = toTable(given);
    processDependencies(working, table, warn);
    const values = fromTable(coalesceChart(working, table, "coalesce", warn));
    const warnings = [...seen].sort(([a], [b]) => a.localeCompare(b)).map(([, warning]) => warning);
    return { kind: "values", values, warnings, charts: placesOf(working, []) };
  } catch (error) {
    if (!(error instanceof DependencyNotAMap)) throw error;
    return { kind: "refused", dependency: error.dependency };
  }
}

function placesOf({ source, subcharts }: WorkingChart, path: string[]): PlacedChart[] {
  return [{ chart: source, path }, ...subcharts.flatMap((each) => placesOf(each, [...path, each.metadata.name]))];
}
