import { z } from "zod";
import { digest, exactVersion, imageName, imageTag, name } from "./formats.ts";

const hub = z
  .strictObject({
    chart: name.describe("A chart that campanile.yaml lists under charts."),
    version: exactVersion.describe("The chart's exact version."),
    digest: digest.describe("SHA-256 of the packed chart, as the chart repository's index tells it."),
  })
  .describe("The chart that is the hub.");

const image = z
  .strictObject({
    name: imageName.describe("Registry and repository, without tag."),
    tag: imageTag.describe("For people to read; the digest is what runs."),
    digest: digest.describe("The image's digest in the registry."),
  })
  .describe("The image that students work in.");

/** `hubs/<hub>/pins/<env>.yaml`: the only file that a version bump or a promotion touches. */
export const pinsSchema = z
  .strictObject({ hub, image })
  .meta({ title: "Campanile pins", description: "hubs/<hub>/pins/<env>.yaml: the exact versions that run in one environment." });

export type PinsFile = z.output<typeof pinsSchema>;
