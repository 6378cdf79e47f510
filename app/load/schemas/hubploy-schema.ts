import { z } from "zod";

const text = z.string();
const image = z.looseObject({ name: text });

/** Keys that are only told, never refused: hubploy takes and leaves them by its version. */
const cluster = z.discriminatedUnion("provider", [
  z.looseObject({ provider: z.literal("gcloud"), gcloud: z.looseObject({ project: text, cluster: text, zone: text }) }),
  z.looseObject({
    provider: z.literal("aws"),
    aws: z.looseObject({
      cluster: text,
      region: text.optional(),
      /** What older versions called the region. */
      zone: text.optional(),
      service_key: text.optional(),
      role_arn: text.optional(),
    }),
  }),
  z.looseObject({ provider: z.literal("azure"), azure: z.looseObject({ resource_group: text, cluster: text }) }),
  z.looseObject({
    provider: z.literal("kubeconfig"),
    kubeconfig: z.looseObject({ filename: text, context: text.optional() }),
  }),
]);

/** `deployments/<hub>/hubploy.yaml`: where the hub runs and, until 2025, its images. */
export const hubploySchema = z
  .looseObject({
    cluster: cluster.describe("The cluster of the hub, by the cloud that runs it."),
    images: z
      .looseObject({
        image_name: text.optional().describe("The image, with its tag after a colon."),
        images: z.array(image).optional().describe("Images with their tags; each overwrites the one before."),
      })
      .optional(),
  })
  .meta({ title: "hubploy", description: "deployments/<hub>/hubploy.yaml: where the hub runs, and its images." });

export type HubployFile = z.output<typeof hubploySchema>;
