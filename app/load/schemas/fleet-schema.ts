import { z } from "zod";
import {
  chartMirror,
  chartRepository,
  count,
  day,
  kubernetesVersion,
  name,
  notEmpty,
  poolName,
  promotion,
  quantity,
  ruleCode,
} from "./formats.ts";

const pool = z
  .strictObject({
    purpose: z
      .enum(["core", "user"])
      .default("user")
      .describe("user: students' servers run here; core: the hubs, proxies and what else serves all."),
    nodes: z
      .strictObject({
        min: count.describe("Nodes that are always there."),
        max: count.describe("Nodes at most."),
      })
      .describe("How many nodes the pool has."),
    allocatable: z
      .strictObject({
        cpu: quantity.describe("Cores that one node has left for pods, such as 7910m."),
        memory: quantity.describe("Memory that one node has left for pods, such as 56Gi."),
      })
      .describe("What kubectl describe node shows under Allocatable."),
    maxPods: count.default(110).describe("Pods that one node takes."),
    attachableDisks: count.optional().describe("Disks that can be attached to one node, where each home is a disk."),
  })
  .describe("Nodes of one kind.");

const waiver = z.strictObject({
  code: ruleCode.describe("Code of the rule, as the finding shows it."),
  scope: z
    .strictObject({
      hub: name.optional().describe("Only for this hub."),
      environment: name.optional().describe("Only in this environment."),
      file: notEmpty.optional().describe("Only in this file."),
    })
    .default({})
    .describe("Where it holds; in the whole fleet if nothing is said."),
  reason: notEmpty.describe("Why the rule may be broken here, for whoever reads it later."),
  owner: notEmpty.describe("Who answers for it."),
  expires: day.describe("The last day on which it holds, such as 2026-12-18."),
});

const cluster = z.strictObject({
  context: notEmpty.describe("Context in the deployer's kubeconfig."),
  kubernetesVersion: kubernetesVersion.describe("What charts see as .Capabilities.KubeVersion, such as 1.36.3."),
  pools: z
    .record(poolName, pool)
    .optional()
    .describe("The cluster's node pools by name, so that what asks for too much or for a pool that is not there is found early."),
  storageClasses: z.array(notEmpty).optional().describe("Names of the cluster's storage classes."),
});

const environment = z.strictObject({
  name: name.describe("Name of the environment: it is part of file names, release names and namespaces."),
  cluster: name
    .optional()
    .describe("The cluster of its releases, unless a hub says otherwise. May be left out in a fleet with one cluster."),
  branch: notEmpty.optional().describe("The branch whose newest commit runs there, where each environment has one of its own."),
  promotion: promotion
    .optional()
    .describe(
      "When a release may start once the environment before it is verified: auto, after 30m (h, d), or manual. The first environment starts on merge; all others wait for a person unless they say otherwise.",
    ),
});

const notEmptyMap = (value: object) => Object.keys(value).length > 0;

/** `campanile.yaml`: what all hubs of the fleet share. */
export const fleetSchema = z
  .strictObject({
    title: notEmpty.describe("Name of the fleet, shown to people."),
    mode: z
      .enum(["deploy", "observe"])
      .default("deploy")
      .describe("observe: Campanile checks and comments, says that it only observes, and never deploys."),
    clusters: z
      .record(name, cluster)
      .refine(notEmptyMap, "at-least-one")
      .describe("The Kubernetes clusters that the fleet may deploy to, by name."),
    environments: z.array(environment).min(1, "at-least-one").describe("In promotion order: the first is deployed first."),
    charts: z
      .record(name, chartRepository)
      .refine(notEmptyMap, "at-least-one")
      .describe("Where each chart that pins may name is published: a chart repository's address, or oci://..."),
    mirrors: z
      .record(chartRepository, chartMirror)
      .optional()
      .describe(
        "Where charts are read instead: the beginning of a repository's address, and the public address that stands for it. They act once they are merged. A folder or an address inside a network is for whoever runs Campanile to give (CAMPANILE_CHART_MIRRORS, --mirror).",
      ),
    waivers: z
      .array(waiver)
      .optional()
      .describe("Findings that somebody answers for until a day. They act once they are merged."),
  })
  .meta({ title: "Campanile fleet", description: "campanile.yaml: what all hubs of the fleet share." });

/** The same beside a hubploy fleet, whose own files say the rest: everything may be left out, and such a fleet is observed. */
export const hubployFleetSchema = fleetSchema
  .extend({ mode: z.enum(["deploy", "observe"]).default("observe") })
  .partial({ title: true, clusters: true, environments: true, charts: true })
  .meta({ title: "Campanile fleet in the layout of hubploy" });

export type HubployFleetFile = z.output<typeof hubployFleetSchema>;

export type FleetFile = z.output<typeof fleetSchema>;
