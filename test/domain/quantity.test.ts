import fc from "fast-check";
import { expect, test } from "vitest";
import { QUANTITY_PATHS } from "../../app/diff/quantity-paths.ts";
import { sameQuantity } from "../../app/domain/quantity.ts";

/** From Kubernetes, "Quantity": what its API server writes back as one and the same. */
const SAME: [string, string][] = [
  ["1Gi", "1024Mi"],
  ["1Gi", "1073741824"],
  ["1G", "1000M"],
  ["1G", "1e9"],
  ["1E", "1000P"],
  ["1E3", "1k"],
  ["0.5", "500m"],
  ["0.1", "100m"],
  [".5", "500m"],
  ["1.", "1"],
  ["+2", "2"],
  ["1.5Gi", "1536Mi"],
  ["1500u", "1.5m"],
  ["100n", "0.1u"],
  ["0", "0Gi"],
  ["-1", "-1000m"],
  ["129e6", "129M"],
  ["129M", "129000000000m"],
  // Finer than nano is rounded up.
  ["0.0000000001", "1n"],
];

const DIFFERENT: [string, string][] = [
  ["1G", "1Gi"],
  ["1", "1k"],
  ["1m", "1M"],
  ["-1", "1"],
  // One byte apart: as floating point both would be 2^60.
  ["1Ei", "1152921504606846977"],
  // No quantities to Kubernetes.
  ["1K", "1000"],
  ["1e3Ki", "1024000"],
  ["2GB", "2GB"],
  ["", ""],
  ["1 Gi", "1Gi"],
  ["9".repeat(41), "9".repeat(41)],
];

test.each(SAME)("%s is the same amount as %s", (one, other) => {
  expect(sameQuantity(one, other)).toBe(true);
  expect(sameQuantity(other, one)).toBe(true);
});

test.each(DIFFERENT)("%s is not the same amount as %s", (one, other) => {
  expect(sameQuantity(one, other)).toBe(false);
  expect(sameQuantity(other, one)).toBe(false);
});

test.each([
  ["spec.containers[hub].resources.requests.cpu", true],
  ["spec.containers[hub].resources.limits.nvidia.com/gpu", true],
  ["spec.hard.requests.storage", true],
  ["spec.resources.requests.storage", true],
  ["status.allocatable.memory", true],
  ["spec.volumes[shm].emptyDir.sizeLimit", true],
  ["spec.ports[http].port", false],
  ["data.limits", false],
  ["metadata.labels.requests", false],
])("at %s amounts are compared: %s", (path, isQuantity) => {
  expect(QUANTITY_PATHS.test(path)).toBe(isQuantity);
});

const quantity = fc
  .tuple(fc.bigInt({ min: 0n, max: 4096n }), fc.constantFrom("", "m", "u", "n", "k", "M", "G", "Ki", "Mi", "Gi"))
  .map(([number, suffix]) => `${number}${suffix}`);

const UNITS: Record<string, [bigint, bigint]> = {
  n: [1n, 1n],
  u: [1000n, 1n],
  m: [1000n ** 2n, 1n],
  "": [1000n ** 3n, 1n],
  k: [1000n ** 4n, 1n],
  M: [1000n ** 5n, 1n],
  G: [1000n ** 6n, 1n],
  Ki: [1000n ** 3n, 1024n],
  Mi: [1000n ** 3n, 1024n ** 2n],
  Gi: [1000n ** 3n, 1024n ** 3n],
};

test("whole amounts are the same exactly when they are the same number of billionths", () => {
  const nanos = (text: string) => {
    const [, number = "", unit = ""] = /^(\d+)(.*)$/.exec(text) ?? [];
    const [decimal, binary] = UNITS[unit] ?? [0n, 0n];
    return BigInt(number) * decimal * binary;
  };
  fc.assert(
    fc.property(quantity, quantity, (one, other) => {
      expect(sameQuantity(one, other)).toBe(nanos(one) === nanos(other));
    }),
  );
});

test("being the same amount is an equivalence", () => {
  const few = fc.constantFrom("1", "1000m", "1e0", "1024", "1Ki", "1.0", "0.001k", "2", "2000m", "0.002k");
  fc.assert(
    fc.property(few, few, few, (a, b, c) => {
      expect(sameQuantity(a, a)).toBe(true);
      expect(sameQuantity(a, b)).toBe(sameQuantity(b, a));
      if (sameQuantity(a, b) && sameQuantity(b, c)) expect(sameQuantity(a, c)).toBe(true);
    }),
  );
});
