import { expect, test } from "vitest";
import { fuzzLoader } from "./fuzz-loader.ts";

const INPUTS = 100_000;

test("of a hundred thousand hostile inputs none makes the loader throw, take a second, or point at a line that is not there", {
  timeout: 600_000,
}, async () => {
  const { inputs, accepted, heapPeakBytes } = await fuzzLoader(INPUTS, 20261125);
  expect(inputs).toBe(INPUTS);
  // Some are right, or only the first check would ever be tried.
  expect(accepted).toBeGreaterThan(INPUTS / 100);
  expect(heapPeakBytes).toBeLessThan(1024 ** 3);
});
