import { expect } from "vitest";
import { z } from "zod";

const refusal = z.object({
  status: z.number(),
  message: z.string(),
  response: z
    .object({ headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()), data: z.unknown() })
    .optional(),
});

/** Expects that GitHub says no, how and in which words. @returns the refusal's headers and body */
export async function refused(call: Promise<unknown>, status: number, words: RegExp) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const parsed = refusal.safeParse(error);
  if (!parsed.success) throw new Error(`expected a refusal with ${status}, got ${error}`);
  expect([parsed.data.status, parsed.data.message]).toEqual([status, expect.stringMatching(words)]);
  return parsed.data.response;
}
