import { z } from "zod";
import { fleetSchema } from "../../load/schemas/fleet-schema.ts";
import { name } from "../../load/schemas/formats.ts";
import { hubSchema } from "../../load/schemas/hub-schema.ts";
import { pinsSchema } from "../../load/schemas/pins-schema.ts";

/** JupyterHub reads "2G" as 2 * 1024^3 bytes and refuses "2Gi". */
export const memory = z.string().regex(/^\d+(?:\.\d+)?[KMGT]$/, "memory");

const hubAnswers = z.strictObject({
  hub: hubSchema.describe("What hub.yaml says."),
  image: pinsSchema.shape.image,
  memory: z.strictObject({ guarantee: memory, limit: memory }).describe("Memory of one student's server, such as 1G."),
  adminUsers: z.array(z.string().min(1, "not-empty")).default([]).describe("Who may open the hub's admin page."),
});

/** Everything `campanile init` asks. The parts are those of the files that it writes. */
export const answersSchema = z.strictObject({
  fleet: fleetSchema.describe("What campanile.yaml says."),
  ageRecipient: z
    .string()
    .regex(/^age1[0-9a-z]{58}$/, "age-recipient")
    .describe("Public half of the age key that the secrets are encrypted for."),
  chart: pinsSchema.shape.hub,
  hubs: z.record(name, hubAnswers).describe("One entry per hub."),
});

export type Answers = z.output<typeof answersSchema>;
/** As a person writes them: what has a default may be left out, and is then left out of the files too. */
export type WrittenAnswers = z.input<typeof answersSchema>;
