import { z } from "zod";

const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "may have lower-case letters, digits and dashes, 40 at most");

/** `campanile.yaml`: what all hubs of the fleet share. */
export const campanileFile = z
  .strictObject({
    title: z.string().min(1).describe("What people call this fleet"),
    clusters: z
      .record(
        name,
        z.strictObject({
          context: z.string().min(1).describe("Context in the deployer's kubeconfig"),
          kubernetesVersion: z
            .string()
            .regex(/^\d+\.\d+\.\d+$/, 'must be a full version in quotes, such as "1.36.3"')
            .describe("What charts see as the cluster's version"),
        }),
      )
      .describe("Clusters that hubs may run on"),
    environments: z
      .array(
        z.strictObject({
          name,
          promotion: z
            .union([
              z.literal("auto"),
              z.literal("manual"),
              z.string().regex(/^after \d+[mh]$/, 'must be auto, manual, or a wait such as "after 30m" or "after 2h"'),
            ])
            .default("auto")
            .describe("When this environment follows the one before it: auto, manual, or after a wait"),
        }),
      )
      .min(1)
      .describe("In promotion order: a change reaches the first one first"),
    charts: z
      .strictObject({
        repository: z
          .string()
          .regex(/^(https|oci):\/\//, "must begin with https:// or oci://")
          .describe("Where the pinned charts are fetched"),
      })
      .describe("The chart repository"),
  })
  .describe("Fleet: clusters, environments and where charts come from");

export type CampanileFile = z.infer<typeof campanileFile>;
