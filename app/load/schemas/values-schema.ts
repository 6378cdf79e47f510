import { z } from "zod";

/** Values are the chart's business: its own schema judges them when Helm renders. */
export const valuesSchema = z.looseObject({}).meta({
  title: "Helm values",
  description:
    "Plain Helm values. Keys are those of the chart that pins/<env>.yaml names; its schema is checked when it is rendered.",
});

const sopsMetadata = z.looseObject({
  mac: z.string(),
  lastmodified: z.string(),
  version: z.string(),
  unencrypted_suffix: z.string().optional(),
});

/** `sops` writes its own metadata beside the keys; a file without it holds secrets in clear. */
export const secretsSchema = z.looseObject({ sops: sopsMetadata.describe("Written by sops; never edit it by hand.") }).meta({
  title: "Secret Helm values",
  description: "secrets/<env>.yaml: Helm values encrypted with sops. Edit with `sops edit`.",
});
