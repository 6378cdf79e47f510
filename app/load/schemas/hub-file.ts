import { z } from "zod";

const environment = z.strictObject({
  cluster: z.string().min(1).describe("One of the clusters in campanile.yaml"),
  url: z
    .url({ protocol: /^https?$/, error: "must be an address such as https://data8.example" })
    .describe("Where students reach the hub"),
  namespace: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be a Kubernetes namespace: lower-case letters, digits and dashes")
    .optional()
    .describe("Kubernetes namespace; <hub>-<environment> when not given"),
});

/** `hubs/<hub>/hub.yaml`: whose hub it is and where it runs. */
export const hubFile = z
  .strictObject({
    title: z.string().min(1).describe("What people call the course"),
    owners: z.array(z.string().min(1)).min(1).describe("Who answers for the hub: mail addresses or GitHub logins"),
    students: z.int().nonnegative().optional().describe("How many students an outage meets"),
    environments: z.record(z.string(), environment).describe("The environments this hub has"),
    image: z
      .strictObject({
        valuePath: z
          .string()
          .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, "must be a dotted path in the values")
          .describe("Where the chart expects the user image"),
      })
      .default({ valuePath: "jupyterhub.singleuser.image" })
      .describe("How the pinned image reaches the chart"),
    grader: z
      .enum(["otter-service", "okpy", "external"], "must be otter-service, okpy or external")
      .optional()
      .describe("What marks the students' work"),
    contentLinks: z
      .array(z.url("must be an address"))
      .default([])
      .describe("The links that students click, as the syllabus has them"),
  })
  .describe("One hub: its course, its owners, its environments");

export type HubFile = z.infer<typeof hubFile>;
