import { z } from "zod";
import type { NodeView } from "../../diff/fits-nowhere.ts";
import { ClusterError } from "../../domain/errors.ts";
import type { ApiClient } from "./api-client.ts";
import { callKubernetes } from "./call-kubernetes.ts";

const PAGE = 250;

const nodeSchema = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z
    .object({
      unschedulable: z.boolean().default(false),
      taints: z.array(z.object({ key: z.string(), value: z.string().optional(), effect: z.string() })).nullish(),
    })
    .prefault({}),
  status: z.object({ allocatable: z.record(z.string(), z.string()).default({}) }).prefault({}),
});
const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }).prefault({}),
  items: z.array(nodeSchema).nullish(),
});

/** All nodes, page by page; of each only what says who may run there. */
export async function fetchNodes(api: ApiClient): Promise<NodeView[]> {
  const nodes: NodeView[] = [];
  let next: string | undefined;
  do {
    const query = { limit: String(PAGE), ...(next === undefined ? {} : { continue: next }) };
    const { status, body } = await callKubernetes("list the nodes", () =>
      api.call({ method: "GET", path: "/api/v1/nodes", query }),
    );
    const page = listSchema.safeParse(body);
    if (status !== 200 || !page.success) throw noNodes(status);
    nodes.push(...(page.data.items ?? []).map(viewOf));
    next = page.data.metadata.continue || undefined;
  } while (next !== undefined);
  return nodes;
}

function viewOf({ metadata, spec, status }: z.output<typeof nodeSchema>): NodeView {
  return {
    name: metadata.name,
    labels: metadata.labels,
    taints: spec.taints ?? [],
    allocatable: status.allocatable,
    isCordoned: spec.unschedulable,
  };
}

function noNodes(status: number): ClusterError {
  return new ClusterError({
    code: "cluster-forbidden",
    what: "The cluster's nodes could not be read.",
    why: `The API server's answer: status ${status}.`,
    fix: "Give Campanile's account the right to get and list nodes: see its ClusterRole.",
    canRetry: false,
  });
}

const podsSchema = z.object({
  items: z
    .array(
      z.object({
        metadata: z.object({ creationTimestamp: z.string() }),
        status: z.object({
          conditions: z
            .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string().nullish() }))
            .default([]),
        }),
      }),
    )
    .nullish(),
});

/** @returns how long the newest of these pods took to be ready; undefined when there is none that is */
export async function fetchStartSeconds(
  api: ApiClient,
  namespace: string,
  labels: Record<string, string>,
): Promise<number | undefined> {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const { body } = await callKubernetes("see how long the last start took", () =>
    api.call({ method: "GET", path, query: { labelSelector } }),
  );
  const pods = podsSchema.safeParse(body);
  const starts = (pods.success ? (pods.data.items ?? []) : []).flatMap(({ metadata, status }) => {
    const ready = status.conditions.find(
      (condition) => condition.type === "Ready" && condition.status === "True",
    )?.lastTransitionTime;
    return ready
      ? [
          {
            at: Date.parse(metadata.creationTimestamp),
            seconds: (Date.parse(ready) - Date.parse(metadata.creationTimestamp)) / 1000,
          },
        ]
      : [];
  });
  return starts.sort((a, b) => b.at - a.at)[0]?.seconds;
}
