import type { LoadedChart } from "./read-chart-folder.ts";

/** hubploy is told its chart on the command line, so it is told here by what it is: one that has JupyterHub inside. `hub` is its usual name. */
export function findHubChart(charts: readonly LoadedChart[]): LoadedChart | undefined {
  const hubCharts = charts.filter(({ pin }) => isHubChart(pin.folder?.chart.dependencies ?? []) || pin.chart === "jupyterhub");
  return hubCharts.find(({ pin }) => pin.folder?.path === "hub") ?? hubCharts[0];
}

function isHubChart(dependencies: readonly { name: string }[]): boolean {
  return dependencies.some(({ name }) => name === "jupyterhub");
}
