import semver from "semver";
import type { Chart } from "../domain/chart/chart.ts";
import type { ReleaseView } from "./fleet-view.ts";

/**
 * Versions inside JupyterHub's chart, by the chart's own version: its hub image brings them all.
 * @see Zero to JupyterHub, images/hub/requirements.txt at each tag
 */
const CONTENTS = [
  { chart: "4.4.0-0", jupyterhub: "5.5.0", oauthenticator: "17.4.0" },
  { chart: "4.3.0-0", jupyterhub: "5.4.0", oauthenticator: "17.3.0" },
  { chart: "4.1.0-0", jupyterhub: "5.2.1", oauthenticator: "17.3.0" },
  { chart: "4.0.0-0", jupyterhub: "5.2.1", oauthenticator: "17.1.0" },
  { chart: "3.3.0-0", jupyterhub: "4.1.6", oauthenticator: "16.3.1" },
  { chart: "3.0.0-0", jupyterhub: "4.0.2", oauthenticator: "16.0.4" },
  { chart: "2.0.0-0", jupyterhub: "3.0.0", oauthenticator: "15.1.0" },
  { chart: "1.0.0-0", jupyterhub: "1.5.0", oauthenticator: "14.2.0" },
];

/** JupyterHub's chart as the release has it, or undefined where nobody can say. */
export function jupyterhubChart({ jupyterhub, chart: wrapper, whole, config }: ReleaseView): Pick<Chart, "version"> | undefined {
  if (jupyterhub) return jupyterhub;
  const declared = wrapper?.dependencies?.find(({ name, alias }) => (alias ?? name) === whole.prefix[0]);
  if (declared) return semver.valid(declared.version) ? declared : undefined;
  const { chart, version } = config.pins.hub;
  return chart === "jupyterhub" ? { version } : undefined;
}

/** What the chart's own hub image holds; undefined when the hub has an image of its own, which may hold anything. */
export function contentsOf(release: ReleaseView): { jupyterhub: string; oauthenticator: string } | undefined {
  const version = jupyterhubChart(release)?.version;
  if (version === undefined || !semver.valid(version)) return undefined;
  return CONTENTS.find(({ chart }) => semver.gte(version, chart));
}
