import semver from "semver";

export interface ChartContents {
  jupyterhub: string;
  oauthenticator: string;
}

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

/** @param chartVersion of Zero to JupyterHub's chart; undefined for one that is older than all we know or no version */
export function contentsOfChart(chartVersion: string): ChartContents | undefined {
  return semver.valid(chartVersion) ? CONTENTS.find(({ chart }) => semver.gte(chartVersion, chart)) : undefined;
}
