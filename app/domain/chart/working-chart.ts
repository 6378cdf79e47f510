import type { Chart, DeclaredDependency } from "./chart.ts";
import { type Table, toTable } from "./table.ts";

/** A chart while Helm works on it: dependencies are renamed after their aliases, and those that are switched off are taken out. */
export interface WorkingChart {
  source: Chart;
  metadata: WorkingMetadata;
  values: Table;
  subcharts: WorkingChart[];
}

export interface WorkingMetadata {
  name: string;
  version: string;
  dependencies: WorkingDependency[] | undefined;
}

export interface WorkingDependency extends DeclaredDependency {
  isEnabled: boolean;
}

export function workOn(chart: Chart): WorkingChart {
  return {
    source: chart,
    metadata: {
      name: chart.name,
      version: chart.version,
      dependencies: chart.dependencies?.map((each) => ({ ...each, isEnabled: false })),
    },
    values: toTable(chart.values),
    subcharts: chart.subcharts.map(workOn),
  };
}

export function copyMetadata(metadata: WorkingMetadata): WorkingMetadata {
  return { ...metadata, dependencies: metadata.dependencies?.map((each) => ({ ...each })) };
}
