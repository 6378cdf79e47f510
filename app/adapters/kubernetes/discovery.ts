import { createHash } from "node:crypto";
import { z } from "zod";
import { ClusterError } from "../../domain/errors.ts";
import type { ApiClient } from "./api-client.ts";
import { callKubernetes } from "./call-kubernetes.ts";

/** All groups, versions and resources in two answers instead of one for each group. */
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

const resourceSchema = z.looseObject({
  resource: z.string(),
  responseKind: z.looseObject({ group: z.string().default(""), version: z.string().default(""), kind: z.string() }).optional(),
  scope: z.enum(["Namespaced", "Cluster"]),
  singularResource: z.string().default(""),
  verbs: z.array(z.string()),
  shortNames: z.array(z.string()).optional(),
  categories: z.array(z.string()).optional(),
});

const groupsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string().default("") }),
      versions: z.array(z.looseObject({ version: z.string(), resources: z.array(resourceSchema).default([]) })),
    }),
  ),
});

/** What an API server says of itself, as it is kept with a snapshot. */
export const discoverySchema = z.object({
  version: z.looseObject({ gitVersion: z.string() }),
  /** The answer to `/api`. */
  core: groupsSchema,
  /** The answer to `/apis`. */
  groups: groupsSchema,
});
export type DiscoveryDocuments = z.output<typeof discoverySchema>;

export interface ApiResource {
  /** `apps/v1`, `v1`. */
  groupVersion: string;
  kind: string;
  /** As in paths: `deployments`. */
  resource: string;
  isNamespaced: boolean;
}

/** What an API server can do: its version, and the kinds that it knows. */
export interface Discovery {
  documents: DiscoveryDocuments;
  /** Changes when a kind comes or goes or the server moves to another version. */
  digest: string;
  /** `1.36.3`, without the `v`. */
  kubernetesVersion: string;
  findKind(apiVersion: string, kind: string): ApiResource | undefined;
  findResource(groupVersion: string, resource: string): ApiResource | undefined;
  /** The older form of the answer, which is asked for one group and version at a time; undefined when there is no such. */
  resourceList(groupVersion: string): object | undefined;
}

export async function fetchDiscovery(api: ApiClient): Promise<Discovery> {
  const get = (path: string, accept?: string) =>
    callKubernetes("ask which kinds it knows", () =>
      api.call({ method: "GET", path, ...(accept === undefined ? {} : { accept }) }),
    );
  const [version, core, groups] = await Promise.all([get("/version"), get("/api", AGGREGATED), get("/apis", AGGREGATED)]);
  const refused = [version, core, groups].find(({ status }) => status !== 200);
  if (refused) throw noDiscovery(`It answered ${refused.status}`, refused.status >= 500 || refused.status === 429);
  const documents = discoverySchema.safeParse({ version: version.body, core: core.body, groups: groups.body });
  if (!documents.success) throw noDiscovery("Its answer is not the list of kinds that Kubernetes 1.30 and later give", false);
  return readDiscovery(documents.data);
}

export function readDiscovery(documents: DiscoveryDocuments): Discovery {
  const byGroupVersion = new Map<string, z.output<typeof resourceSchema>[]>();
  for (const { metadata, versions } of [...documents.core.items, ...documents.groups.items])
    for (const { version, resources } of versions)
      byGroupVersion.set(metadata.name === "" ? version : `${metadata.name}/${version}`, resources);

  function find(groupVersion: string, isIt: (resource: z.output<typeof resourceSchema>) => boolean): ApiResource | undefined {
    const found = byGroupVersion.get(groupVersion)?.find(isIt);
    if (!found?.responseKind) return undefined;
    const { resource, scope, responseKind } = found;
    return { groupVersion, kind: responseKind.kind, resource, isNamespaced: scope === "Namespaced" };
  }

  const names = [...byGroupVersion].map(([name, resources]) => [name, resources.map(({ resource, scope }) => [resource, scope])]);
  return {
    documents,
    digest: createHash("sha256")
      .update(JSON.stringify([documents.version.gitVersion, names]))
      .digest("hex"),
    kubernetesVersion: documents.version.gitVersion.replace(/^v/, ""),
    findKind: (apiVersion, kind) => find(apiVersion, ({ responseKind }) => responseKind?.kind === kind),
    findResource: (groupVersion, resource) => find(groupVersion, (each) => each.resource === resource),
    resourceList(groupVersion) {
      const resources = byGroupVersion.get(groupVersion);
      return resources && { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: resources.map(toApiResource) };
    },
  };
}

function toApiResource({
  resource,
  responseKind,
  scope,
  singularResource,
  verbs,
  shortNames,
  categories,
}: z.output<typeof resourceSchema>) {
  return {
    name: resource,
    singularName: singularResource,
    namespaced: scope === "Namespaced",
    kind: responseKind?.kind ?? "",
    verbs,
    ...(shortNames ? { shortNames } : {}),
    ...(categories ? { categories } : {}),
  };
}

function noDiscovery(why: string, canRetry: boolean): ClusterError {
  return new ClusterError({
    code: "cluster-discovery",
    what: "The cluster did not say which kinds of objects it knows.",
    why: `${why}.`,
    fix: "Check the address in the kubeconfig, and that the cluster's Kubernetes is supported.",
    canRetry,
  });
}
