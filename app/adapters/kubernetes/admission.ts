import { z } from "zod";
import type { ApiClient } from "./api-client.ts";
import { callKubernetes } from "./call-kubernetes.ts";
import type { ApiResource } from "./discovery.ts";

/** Who has a say in what is written, besides the API server itself: policies and webhooks. */
export interface Admission {
  /** Whether one of them may look at objects of this kind. */
  looksAt(resource: ApiResource): boolean;
}

const rules = z
  .array(z.object({ apiGroups: z.array(z.string()).default([]), resources: z.array(z.string()).default([]) }))
  .default([]);
const policySchema = z.object({ spec: z.object({ matchConstraints: z.object({ resourceRules: rules }) }) });
const webhookSchema = z.object({ webhooks: z.array(z.object({ rules })).default([]) });

const POLICIES = ["validatingadmissionpolicies", "mutatingadmissionpolicies"];
const WEBHOOKS = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];

/** What cannot be read, for lack of a right or because it is written in an unknown way, counts as looking at everything. */
export async function fetchAdmission(api: ApiClient): Promise<Admission> {
  const found = await Promise.all([
    ...POLICIES.map((resource) => list(api, resource, policySchema, ({ spec }) => spec.matchConstraints.resourceRules)),
    ...WEBHOOKS.map((resource) => list(api, resource, webhookSchema, ({ webhooks }) => webhooks.flatMap((each) => each.rules))),
  ]);
  return {
    looksAt: ({ groupVersion, resource }) => {
      const group = groupVersion.includes("/") ? groupVersion.slice(0, groupVersion.indexOf("/")) : "";
      const covers = ({ apiGroups, resources }: Rule) =>
        apiGroups.some((each) => each === "*" || each === group) &&
        // A kind with all that is below it, as "pods/*", or everything at once.
        resources.some((each) => ["*", resource].includes(each.replace(/\/\*$/, "")));
      return found.some((each) => each === "unknown" || each.some(covers));
    },
  };
}

type Rule = z.output<typeof rules>[number];

async function list<T>(
  api: ApiClient,
  resource: string,
  schema: z.ZodType<T>,
  rulesOf: (item: T) => Rule[],
): Promise<Rule[] | "unknown"> {
  const { status, body } = await callKubernetes(`read ${resource}`, () =>
    api.call({ method: "GET", path: `/apis/admissionregistration.k8s.io/v1/${resource}` }),
  );
  // An API server that does not know the kind has none of it.
  if (status === 404) return [];
  const items = status === 200 ? z.object({ items: z.array(schema) }).safeParse(body) : undefined;
  return items?.success ? items.data.items.flatMap(rulesOf) : "unknown";
}
