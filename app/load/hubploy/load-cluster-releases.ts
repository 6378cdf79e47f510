import type { Finding } from "../../domain/finding.ts";
import type { ClusterRelease, Hub, ValueLayer } from "../../domain/hub.ts";
import type { ConfigTree } from "../config-tree.ts";
import { readSecrets } from "../read-secrets.ts";
import type { LoadedChart } from "./read-chart-folder.ts";

export interface ClusterReleaseContext {
  tree: ConfigTree;
  files: ReadonlySet<string>;
  hubs: readonly Hub[];
  /** Every chart at the top that is not the hubs', by folder. */
  charts: ReadonlyMap<string, LoadedChart>;
  environments: readonly string[];
}

/**
 * Charts such as `support` and `node-placeholder` are deployed once, on the cluster that most hubs share, when the first environment is:
 * the files of the layout say neither, but that is what its users do.
 */
export async function loadClusterReleases(
  context: ClusterReleaseContext,
): Promise<{ releases: ClusterRelease[]; findings: Finding[] }> {
  const findings: Finding[] = [];
  const releases: ClusterRelease[] = [];
  const cluster = mostUsedCluster(context.hubs);
  const [deployedWith] = context.environments;
  for (const [folder, chart] of context.charts) {
    const layers: ValueLayer[] = [];
    const secrets = `${folder}/secrets.yaml`;
    if (context.files.has(secrets)) {
      const read = await readSecrets(context.tree, secrets);
      findings.push(...read.findings);
      if (read.layer) layers.push(read.layer.layer);
    }
    if (cluster === undefined || deployedWith === undefined) continue;
    const reaches = context.environments.filter((environment) => isOn(context.hubs, cluster, environment));
    releases.push({ name: folder, namespace: folder, cluster, chart: chart.pin, valueLayers: layers, deployedWith, reaches });
  }
  return { releases, findings };
}

function mostUsedCluster(hubs: readonly Hub[]): string | undefined {
  const used = Map.groupBy(
    hubs.flatMap((hub) => hub.environments),
    ({ cluster }) => cluster,
  );
  return [...used].sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

function isOn(hubs: readonly Hub[], cluster: string, environment: string): boolean {
  return hubs.some((hub) => hub.environments.some((each) => each.cluster === cluster && each.environment === environment));
}
