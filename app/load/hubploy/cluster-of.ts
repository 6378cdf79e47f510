import type { Finding } from "../../domain/finding.ts";
import type { Cluster } from "../../domain/hub.ts";
import { blame } from "../blame.ts";
import type { TypedFile } from "../read-file.ts";
import type { HubployFile } from "../schemas/hubploy-schema.ts";

/**
 * The cluster that a hubploy.yaml names, with the context that the cloud's own tool gives it in a kubeconfig.
 * @param namespace may stand in the name of a context
 * @returns undefined when the section of its cloud is missing
 */
export function clusterOf({ cluster }: HubployFile, namespace: string): Cluster | undefined {
  const { provider, gcloud, aws, azure, kubeconfig } = cluster;
  switch (provider) {
    case "gcloud":
      return gcloud && { name: gcloud.cluster, context: `gke_${gcloud.project}_${gcloud.zone}_${gcloud.cluster}` };
    case "aws":
      // The context's name holds the account, which the file does not tell.
      return aws && { name: aws.cluster, context: aws.cluster };
    case "azure":
      return azure && { name: azure.cluster, context: azure.cluster };
    case "kubeconfig": {
      const name = kubeconfig?.context?.replaceAll("{namespace}", namespace) ?? kubeconfig?.filename.replace(/\.[^.]*$/, "");
      return name === undefined ? undefined : { name, context: name };
    }
  }
}

export function missingSection({ content, yaml }: TypedFile<HubployFile>): Finding[] {
  const { provider } = content.cluster;
  if (content.cluster[provider] !== undefined) return [];
  return [
    blame(yaml.placeOf(["cluster", "provider"]), {
      code: "missing-key",
      what: `"cluster.${provider}" is missing.`,
      why: `The provider is ${provider}, and hubploy stops when it looks for the cluster in the section of that name.`,
      fix: `Add the section "${provider}" below "cluster".`,
    }),
  ];
}

/** Each cluster once. Two of one name in different places are told apart by their contexts. */
export function distinctClusters(clusters: readonly Cluster[]): Cluster[] {
  const byContext = [...new Map(clusters.map((cluster) => [cluster.context, cluster])).values()];
  const hasTwin = (cluster: Cluster) =>
    byContext.some(({ name, context }) => name === cluster.name && context !== cluster.context);
  return byContext.map((cluster) => (hasTwin(cluster) ? { ...cluster, name: cluster.context } : cluster));
}
