import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import { parseNanos } from "../domain/quantity.ts";

/** A node as far as it matters to who may run there. */
export interface NodeView {
  name: string;
  labels: Record<string, string>;
  taints: { key: string; value?: string | undefined; effect: string }[];
  /** Amounts as the node says them: `cpu`, `memory`, and others. */
  allocatable: Record<string, string>;
  isCordoned: boolean;
}

const expressionSchema = z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) });
const podSchema = z.object({
  nodeSelector: z.record(z.string(), z.string()).nullish(),
  tolerations: z
    .array(
      z.object({
        key: z.string().optional(),
        operator: z.string().default("Equal"),
        value: z.string().optional(),
        effect: z.string().optional(),
      }),
    )
    .nullish(),
  affinity: z
    .object({
      nodeAffinity: z
        .object({
          requiredDuringSchedulingIgnoredDuringExecution: z
            .object({ nodeSelectorTerms: z.array(z.object({ matchExpressions: z.array(expressionSchema).default([]) })) })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
  containers: z.array(
    z.object({
      resources: z.object({ requests: z.record(z.string(), z.union([z.string(), z.number()])).nullish() }).nullish(),
    }),
  ),
});
type PodSpec = z.output<typeof podSchema>;

/**
 * Why no node could take such a pod, even an empty one. What runs there now, and what an autoscaler would add, is not looked at.
 * @param spec of a pod, with the API server's defaults
 * @returns undefined when a node could
 */
export function whyItFitsNowhere(spec: JsonObject, nodes: readonly NodeView[]): string | undefined {
  const pod = podSchema.safeParse(spec);
  if (!pod.success || nodes.length === 0) return undefined;
  const labelled = nodes.filter((node) => isWanted(pod.data, node));
  if (labelled.length === 0) return `no node has the labels that it asks for${describeWish(pod.data)}`;
  const open = labelled.filter((node) => !node.isCordoned && isTolerated(pod.data, node));
  if (open.length === 0)
    return "every node with the labels that it asks for is closed to it, by a taint that it does not tolerate or for maintenance";
  const short = Object.entries(requestsOf(pod.data)).find(([resource, amount]) =>
    open.every((node) => amount > amountOf(node, resource)),
  );
  return short && `no node that it may run on has as much ${short[0]} as it asks for`;
}

function isWanted({ nodeSelector, affinity }: PodSpec, { labels }: NodeView): boolean {
  if (!Object.entries(nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return (
    !required ||
    required.nodeSelectorTerms.some(({ matchExpressions }) => matchExpressions.every((each) => matches(each, labels)))
  );
}

function matches({ key, operator, values }: z.output<typeof expressionSchema>, labels: Record<string, string>): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return Number(value) > Number(values[0]);
    case "Lt":
      return Number(value) < Number(values[0]);
    default:
      return true;
  }
}

function isTolerated({ tolerations }: PodSpec, { taints }: NodeView): boolean {
  return taints
    .filter(({ effect }) => effect === "NoSchedule" || effect === "NoExecute")
    .every((taint) =>
      (tolerations ?? []).some(
        ({ key, operator, value, effect }) =>
          (key === undefined || key === taint.key) &&
          (effect === undefined || effect === taint.effect) &&
          (operator === "Exists" || (value ?? "") === (taint.value ?? "")),
      ),
    );
}

function describeWish({ nodeSelector }: PodSpec): string {
  const wishes = Object.entries(nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  return wishes.length === 0 ? "" : ` (${wishes.join(", ")})`;
}

function requestsOf({ containers }: PodSpec): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const { resources } of containers)
    for (const [resource, amount] of Object.entries(resources?.requests ?? {}))
      sums[resource] = (sums[resource] ?? 0n) + (parseNanos(String(amount)) ?? 0n);
  return sums;
}

function amountOf({ allocatable }: NodeView, resource: string): bigint {
  return parseNanos(allocatable[resource] ?? "0") ?? 0n;
}
