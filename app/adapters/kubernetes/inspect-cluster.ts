import type { NodeView } from "../../diff/fits-nowhere.ts";
import type { LiveRelease } from "../../diff/observed-release.ts";
import type { FieldTypes } from "../../domain/field-types.ts";
import { fetchAdmission } from "./admission.ts";
import { createApiClient } from "./api-client.ts";
import { fetchDiscovery } from "./discovery.ts";
import { createDryRuns, type DryRuns } from "./dry-run.ts";
import { createFieldTypes } from "./field-types.ts";
import { KEPT_MS, keptFor } from "./kept-for.ts";
import { type FetchesLive, liveObjects, liveObjectsOfMany } from "./live-objects.ts";
import { fetchLiveRelease } from "./live-release.ts";
import { loadKubeConfig } from "./load-kube-config.ts";
import { type LookupSnapshot, openLiveSnapshot } from "./lookup-snapshot.ts";
import { fetchNodes, fetchStartSeconds } from "./nodes.ts";
import { createPace } from "./pace.ts";

/** Looks at a cluster, for previews: nothing in here changes it. */
export interface ClusterInspector extends DryRuns {
  /** How often the API server was asked so far. */
  readonly calls: number;
  /** What templates of one release see, from now on. */
  openLookups(namespace: string): Promise<LookupSnapshot>;
  fetchFieldTypes(groupVersions: readonly string[]): Promise<FieldTypes>;
  /** @returns undefined for a release that was never installed */
  fetchLiveRelease(namespace: string, releaseName: string): Promise<LiveRelease | undefined>;
  /** As they were a minute ago at most. */
  fetchNodes(): Promise<NodeView[]>;
  /** @returns how long the newest of the pods with these labels took to be ready; undefined when there is none that is */
  fetchStartSeconds(namespace: string, labels: Record<string, string>): Promise<number | undefined>;
  /** The same for many releases at one time, with fewer calls. Objects are as they were when the first of their kind was asked for. */
  lookAtMany(namespaces: ReadonlySet<string>): ClusterInspector;
}

export function inspectCluster({ kubeconfig, context }: { kubeconfig: string | undefined; context: string }): ClusterInspector {
  const api = createApiClient(loadKubeConfig(kubeconfig, context), createPace());
  const fieldTypes = createFieldTypes(api);
  const discover = keptFor(KEPT_MS, () => fetchDiscovery(api));
  const fetchNodesNow = keptFor(KEPT_MS, () => fetchNodes(api));
  const admission = keptFor(KEPT_MS, () => fetchAdmission(api));

  const inspectBy = (fetchLive: FetchesLive): ClusterInspector => ({
    openLookups: async (namespace) => openLiveSnapshot(api, await discover(), namespace),
    fetchFieldTypes: (groupVersions) => fieldTypes.fetchFieldTypes(groupVersions),
    fetchLiveRelease: (namespace, releaseName) => fetchLiveRelease(api, namespace, releaseName),
    fetchNodes: fetchNodesNow,
    fetchStartSeconds: (namespace, labels) => fetchStartSeconds(api, namespace, labels),
    lookAtMany: (namespaces) => inspectBy(liveObjectsOfMany(api, namespaces)),
    ...createDryRuns(api, fetchLive, admission),
    get calls() {
      return api.calls;
    },
  });
  return inspectBy(liveObjects(api));
}
