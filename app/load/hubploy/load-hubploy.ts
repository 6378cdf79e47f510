import { type Finding, sortFindings } from "../../domain/finding.ts";
import type { Cluster, Environment, Fleet } from "../../domain/hub.ts";
import { blame } from "../blame.ts";
import type { ConfigTree } from "../config-tree.ts";
import { clusterOf as knownCluster, waiverOf } from "../fleet-parts.ts";
import { isWhole } from "../is-whole.ts";
import type { LoadedFleet } from "../load-fleet.ts";
import { readFile, type TypedFile } from "../read-file.ts";
import { environmentOf } from "../read-promotion.ts";
import { refusedEntries } from "../refused-entries.ts";
import { rememberLoaded } from "../remember-loaded.ts";
import type { HubployFleetFile } from "../schemas/fleet-schema.ts";
import { distinctClusters } from "./cluster-of.ts";
import { findHubChart } from "./find-hub-chart.ts";
import {
  chartFolders,
  deploymentFiles,
  deploymentFolders,
  ENVIRONMENTS,
  environmentsOf,
  filesByDeployment,
  isOfDeployment,
} from "./layout.ts";
import { loadClusterReleases } from "./load-cluster-releases.ts";
import { type DeploymentContext, type LoadedDeployment, loadDeployment } from "./load-deployment.ts";
import { datedKeys } from "./old-and-new-keys.ts";
import { type LoadedChart, readChartFolder } from "./read-chart-folder.ts";

const FLEET_FILE = "campanile.yaml";

/**
 * Reads a fleet that hubploy deploys, as it is. A `campanile.yaml` beside it may say what the layout has no place for;
 * without one the fleet is observed.
 */
export async function loadHubploy(tree: ConfigTree, sha: string): Promise<LoadedFleet> {
  const files = new Set(await tree.listFiles());
  const findings = await refusedFiles(tree, files);
  const read = await readFleetFile(tree, files, findings);
  const fleetFile = read?.content;
  const charts = await readCharts(tree, files, findings);
  const hubChart = findHubChart([...charts.values()]);
  if (!hubChart && isWhole(findings)) findings.push(noHubChart([...charts.keys()]));
  const names = deploymentFolders(files);
  const environments = environmentsIn(files, names, fleetFile);
  const context = { tree, files, chart: hubChart, environments: environments.map(({ name }) => name) };
  const deployments: LoadedDeployment[] = [];
  const filesOf = filesByDeployment(files);
  for (const name of names) deployments.push(await rememberDeployment(context, name, filesOf.get(name) ?? []));
  findings.push(...deployments.flatMap((each) => each.findings));
  findings.push(...datedKeys(deployments.flatMap(({ hubploy }) => hubploy ?? [])));

  const named = distinctClusters(deployments.flatMap(({ clusters }) => [...clusters.values()]));
  const clusters = named.map((each) => withMore(each, fleetFile));
  const hubs = deployments.flatMap((each) => withClusterNames(each, named) ?? []);
  const releases = await loadClusterReleases({
    tree,
    files,
    hubs,
    charts: otherCharts(charts, hubChart),
    environments: context.environments,
  });
  findings.push(...releases.findings);
  const mode = fleetFile?.mode ?? "observe";
  const weighed = mode === "observe" ? findings.map(asUnlocked) : findings;
  const fleet: Fleet = {
    sha,
    title: fleetFile?.title ?? "Course hubs",
    mode,
    clusters,
    environments,
    hubs,
    clusterReleases: releases.releases,
    waivers: (fleetFile?.waivers ?? []).map((waiver, index) =>
      waiverOf(waiver, read?.yaml.placeOf(["waivers", index]) ?? { file: FLEET_FILE, line: 1 }),
    ),
    ...(fleetFile?.mirrors && { mirrors: fleetFile.mirrors }),
  };
  return {
    mode,
    fleet: isWhole(weighed) ? fleet : undefined,
    findings: sortFindings(weighed),
    placeOfValue: (hub, environment, path, file) =>
      deployments.find(({ name }) => name === hub)?.placeOfValue(environment, path, file),
  };
}

/** Secrets in a submodule are a layout that hubploy knows: told, but nobody's fault. */
async function refusedFiles(tree: ConfigTree, files: ReadonlySet<string>): Promise<Finding[]> {
  const charts = chartFolders(files);
  const refused = await refusedEntries(tree, (path) => path === "secrets" || isOfDeployment(path, charts));
  return refused.map((finding) => (finding.at.file === "secrets" ? { ...finding, severity: "warn" } : finding));
}

/** Who deploys such a fleet unlocks its secrets first, which Campanile would not do. */
function asUnlocked(finding: Finding): Finding {
  const isSecrets = finding.code === "git-crypt" && finding.at.file.split("/").includes("secrets");
  return isSecrets ? { ...finding, severity: "info" } : finding;
}

async function rememberDeployment(context: DeploymentContext, name: string, own: readonly string[]): Promise<LoadedDeployment> {
  const { tree, chart, environments } = context;
  const as = `deployment ${name} on ${chart?.pin.digest} in ${environments}`;
  return rememberLoaded(tree, as, own, () => loadDeployment(context, name));
}

async function readFleetFile(
  tree: ConfigTree,
  files: ReadonlySet<string>,
  findings: Finding[],
): Promise<TypedFile<HubployFleetFile> | undefined> {
  if (!files.has(FLEET_FILE)) return undefined;
  const read = await readFile(tree, FLEET_FILE, "campanile-hubploy");
  findings.push(...read.findings);
  return read.file;
}

async function readCharts(tree: ConfigTree, files: ReadonlySet<string>, findings: Finding[]): Promise<Map<string, LoadedChart>> {
  const charts = new Map<string, LoadedChart>();
  for (const folder of chartFolders(files)) {
    const own = [...files].filter((file) => file.startsWith(`${folder}/`));
    const read = await rememberLoaded(tree, `chart ${folder}`, own, () => readChartFolder(tree, files, folder));
    findings.push(...read.findings);
    if (read.chart) charts.set(folder, read.chart);
  }
  return charts;
}

const otherCharts = (charts: ReadonlyMap<string, LoadedChart>, hubChart: LoadedChart | undefined) =>
  new Map([...charts].filter(([, chart]) => chart !== hubChart));

/** Those that campanile.yaml lists, else those that some hub has, in hubploy's order. */
function environmentsIn(
  files: ReadonlySet<string>,
  hubs: readonly string[],
  fleetFile: HubployFleetFile | undefined,
): Environment[] {
  const listed = fleetFile?.environments ?? [];
  if (listed.length > 0) return listed.map(environmentOf);
  const present = new Set(hubs.flatMap((hub) => environmentsOf(hub, files)));
  return ENVIRONMENTS.filter((name) => present.has(name)).map((name, index) => environmentOf({ name }, index));
}

/** What campanile.yaml knows of a cluster. */
function withMore(cluster: Cluster, fleetFile: HubployFleetFile | undefined): Cluster {
  const more = fleetFile?.clusters?.[cluster.name];
  return more ? knownCluster(cluster.name, more) : cluster;
}

function withClusterNames({ hub, clusters: own }: LoadedDeployment, named: readonly Cluster[]) {
  if (!hub) return undefined;
  const nameOf = (context: string | undefined) => named.find((each) => each.context === context)?.name;
  const environments = hub.environments.map((each) => {
    const cluster = nameOf(own.get(each.environment)?.context) ?? each.cluster;
    // The same object where nothing changes, so that what is known of it stays with it.
    return cluster === each.cluster ? each : { ...each, cluster };
  });
  return { ...hub, environments };
}

function noHubChart(folders: readonly string[]): Finding {
  const first = folders[0];
  return blame(
    { file: first === undefined ? deploymentFiles("").hubploy.replace("//", "/") : `${first}/Chart.yaml`, line: 1 },
    {
      code: "missing-file",
      what: "There is no chart of the hubs.",
      why: "hubploy deploys a chart that lies in a folder of this repository, and none here names jupyterhub among its dependencies.",
      fix: "Add the chart as hub/Chart.yaml with jupyterhub as a dependency.",
    },
  );
}
