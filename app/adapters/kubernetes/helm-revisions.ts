import { CoreV1Api, type KubeConfig, setHeaderOptions } from "@kubernetes/client-node";
import { z } from "zod";
import type { HelmRevision } from "../../rollout/observation.ts";

/** Names, labels and times only: the Secrets themselves hold every value of the release and never come here. */
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

const labelsSchema = z.object({
  name: z.string(),
  version: z.coerce.number().int(),
  status: z
    .enum([
      "unknown",
      "deployed",
      "uninstalled",
      "superseded",
      "failed",
      "uninstalling",
      "pending-install",
      "pending-upgrade",
      "pending-rollback",
    ])
    .catch("unknown"),
  "campanile.dev/bundle": z.string().optional(),
  "campanile.dev/sha": z.string().optional(),
  // What is no number was not written by us.
  "campanile.dev/revision": z.coerce.number().int().optional().catch(-1),
});
type Labels = z.output<typeof labelsSchema>;

/**
 * Helm hands the labels of a revision on to the next, whoever makes it, and a rollback brings those of an old one back. Revisions from
 * before this label was written are believed.
 */
function isAsLabelled(labels: Labels): boolean {
  return (labels["campanile.dev/revision"] ?? labels.version) === labels.version;
}

export interface ReadsHelmRevisions {
  /** Every revision that Helm's storage has of one release, oldest first. */
  fetchRevisions(namespace: string, releaseName: string): Promise<HelmRevision[]>;
}

/** @see Helm, "Storage backends": one Secret per revision, labelled `owner=helm` with name, version, status and the caller's labels */
export function createHelmRevisions(config: KubeConfig): ReadsHelmRevisions {
  const core = config.makeApiClient(CoreV1Api);
  return {
    async fetchRevisions(namespace, releaseName) {
      const list = await core.listNamespacedSecret(
        { namespace, labelSelector: `owner=helm,name=${releaseName}` },
        setHeaderOptions("Accept", METADATA_ONLY),
      );
      // An empty list of this form has no items at all, whatever the type says.
      return (list.items ?? [])
        .map(({ metadata }) => {
          const labels = labelsSchema.parse(metadata?.labels);
          return {
            revision: labels.version,
            status: labels.status,
            bundleDigest: isAsLabelled(labels) ? labels["campanile.dev/bundle"] : undefined,
            sha: labels["campanile.dev/sha"],
            createdAt: new Date(metadata?.creationTimestamp ?? 0).toISOString(),
          };
        })
        .sort((a, b) => a.revision - b.revision);
    },
  };
}
