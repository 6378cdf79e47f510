import { z } from "zod";
import { ClusterError } from "../../domain/errors.ts";

const explained = z.object({
  explanation: z.object({ code: z.string(), what: z.string(), why: z.string(), fix: z.string() }),
});
const severalAttempts = z.object({ errors: z.array(z.unknown()) });

/**
 * What a step threw comes back from the database without its class, from a child workflow always so, and after the last attempt as
 * a list of all of them. Whoever tells people about it needs the explanation, whichever way it came.
 */
export async function asThrown<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const last = severalAttempts.safeParse(error).data?.errors.at(-1) ?? error;
    const explanation = explained.safeParse(last).data?.explanation;
    throw explanation ? new ClusterError({ ...explanation, canRetry: false }, { cause: error }) : error;
  }
}
