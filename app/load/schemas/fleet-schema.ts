import { z } from "zod";
import { chartRepository, kubernetesVersion, name, notEmpty, promotion } from "./formats.ts";

const cluster = z.strictObject({
  context: notEmpty.describe("Context in the deployer's kubeconfig."),
  kubernetesVersion: kubernetesVersion.describe("What charts see as .Capabilities.KubeVersion, such as 1.36.3."),
});

const environment = z.strictObject({
  name: name.describe("Name of the environment: it is part of file names, release names and namespaces."),
  cluster: name
    .optional()
    .describe("The cluster of its releases, unless a hub says otherwise. May be left out in a fleet with one cluster."),
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
    clusters: z
      .record(name, cluster)
      .refine(notEmptyMap, "at-least-one")
      .describe("The Kubernetes clusters that the fleet may deploy to, by name."),
    environments: z.array(environment).min(1, "at-least-one").describe("In promotion order: the first is deployed first."),
    charts: z
      .record(name, chartRepository)
      .refine(notEmptyMap, "at-least-one")
      .describe("Where each chart that pins may name is published: a chart repository's address, or oci://..."),
  })
  .meta({ title: "Campanile fleet", description: "campanile.yaml: what all hubs of the fleet share." });

export type FleetFile = z.output<typeof fleetSchema>;
