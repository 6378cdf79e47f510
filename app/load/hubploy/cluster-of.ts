import type { Cluster } from "../../domain/hub.ts";
import type { HubployFile } from "../schemas/hubploy-schema.ts";

/**
 * The cluster that a hubploy.yaml names, with the context that the cloud's own tool gives it in a kubeconfig.
 * @param namespace may stand in the name of a context
 */
export function clusterOf({ cluster }: HubployFile, namespace: string): Cluster {
  switch (cluster.provider) {
    case "gcloud": {
      const { project, zone, cluster: name } = cluster.gcloud;
      return { name, context: `gke_${project}_${zone}_${name}` };
    }
    case "aws": {
      // The context's name holds the account, which the file does not tell.
      return { name: cluster.aws.cluster, context: cluster.aws.cluster };
    }
    case "azure":
      return { name: cluster.azure.cluster, context: cluster.azure.cluster };
    case "kubeconfig": {
      const { context, filename } = cluster.kubeconfig;
      const name = context?.replaceAll("{namespace}", namespace) ?? filename.replace(/\.[^.]*$/, "");
      return { name, context: name };
    }
  }
}

/** Each cluster once. Two of one name in different places are told apart by their contexts. */
export function distinctClusters(clusters: readonly Cluster[]): Cluster[] {
  const byContext = new Map(clusters.map((cluster) => [cluster.context, cluster]));
  return [...byContext.values()].map((cluster) => ({
    ...cluster,
    name: nameAmong([...byContext.values()], cluster),
  }));
}

export function nameAmong(clusters: readonly Cluster[], cluster: Cluster): string {
  const hasTwin = clusters.some(({ name, context }) => name === cluster.name && context !== cluster.context);
  return hasTwin ? cluster.context : cluster.name;
}
