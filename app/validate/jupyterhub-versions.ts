import semver from "semver";
import type { Chart } from "../domain/chart/chart.ts";
import { type ChartContents, contentsOfChart } from "../domain/jupyterhub-contents.ts";
import type { ReleaseView } from "./fleet-view.ts";

/** JupyterHub's chart as the release has it, or undefined where nobody can say. */
export function jupyterhubChart({ jupyterhub, chart: wrapper, whole, config }: ReleaseView): Pick<Chart, "version"> | undefined {
  if (jupyterhub) return jupyterhub;
  const declared = wrapper?.dependencies?.find(({ name, alias }) => (alias ?? name) === whole.prefix[0]);
  if (declared) return semver.valid(declared.version) ? declared : undefined;
  const { chart, version } = config.pins.hub;
  return chart === "jupyterhub" ? { version } : undefined;
}

/** What the chart's own hub image holds; undefined when the hub has an image of its own, which may hold anything. */
export function contentsOf(release: ReleaseView): ChartContents | undefined {
  const version = jupyterhubChart(release)?.version;
  return version === undefined ? undefined : contentsOfChart(version);
}
