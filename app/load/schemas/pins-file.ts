import { z } from "zod";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits, as the registry prints it");
const version = z
  .string()
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, 'must be an exact version such as "1.4.2"');

/** `hubs/<hub>/pins/<env>.yaml`: the only file that a version bump or a promotion touches. */
export const pinsFile = z
  .strictObject({
    hub: z
      .strictObject({
        chart: z.string().min(1).describe("Name in the chart repository"),
        version: version.describe("Exact chart version"),
        digest: digest.describe("Digest of the packed chart"),
      })
      .describe("The hub's chart"),
    image: z
      .strictObject({
        name: z
          .string()
          .regex(
            /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/,
            "must be a registry and a repository, such as registry.example/user-data8, without a tag",
          )
          .describe("Registry and repository"),
        tag: z
          .string()
          .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, "must be a tag, in quotes when it looks like a number")
          .describe("For people; the digest is what runs"),
        digest: digest.describe("Digest of the image"),
      })
      .describe("The image that a student's server runs"),
    grader: z
      .strictObject({
        image: z.string().optional(),
        otter: z.string().optional(),
        autograder: z.string().optional(),
        client: z.string().optional(),
        environment: z.string().optional(),
      })
      .optional()
      .describe("The grader's pins, those that its kind has"),
  })
  .describe("Exact versions of one hub in one environment");

export type PinsFile = z.infer<typeof pinsFile>;
