import { z } from "zod";

const text = z.string();
const image = z.looseObject({ name: text });

/** Each cloud has a section of its own name. Other keys are left alone: hubploy takes and leaves them by its version. */
const cluster = z.looseObject({
  provider: z.enum(["gcloud", "aws", "azure", "kubeconfig"]).describe("The cloud that runs the cluster."),
  gcloud: z.looseObject({ project: text, cluster: text, zone: text }).optional(),
  aws: z.looseObject({ cluster: text }).optional(),
  azure: z.looseObject({ resource_group: text, cluster: text }).optional(),
  kubeconfig: z.looseObject({ filename: text, context: text.optional() }).optional(),
});

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
