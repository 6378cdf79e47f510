import { RequestError } from "@octokit/request-error";
import { expect } from "vitest";

/** Expects that GitHub says no, how and in which words. @returns the refusal's headers and body */
export async function refused(call: Promise<unknown>, status: number, words: RegExp) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RequestError)) throw new Error(`expected a refusal with ${status}, got ${error}`);
  expect([error.status, error.message]).toEqual([status, expect.stringMatching(words)]);
  return error.response;
}
