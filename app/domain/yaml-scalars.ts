import type { Json } from "./json.ts";

/** The words that go-yaml v2, which Helm reads values with, takes for something else than text. Case counts. */
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
]);

const NOT_FINITE = /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/;
const INTEGER = /^([-+]?)(0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const UINT64_MAX = 2n ** 64n - 1n;
const INT64_MIN_MAGNITUDE = 2n ** 63n;

export type PlainScalar = { kind: "value"; value: Json } | { kind: "not-finite" };

/**
 * What Helm makes of a scalar written without quotes. This is go-yaml's mixture, not any YAML version's: `0666` is 438, `08` is 8,
 * `yes` is true, `1_000` is 1000, but `12:30:45` and dates stay text.
 * @see go-yaml v2, `resolve.go`; the test asks the real Helm
 */
export function resolvePlainScalar(text: string): PlainScalar {
  const word = WORDS.get(text);
  if (word !== undefined) return { kind: "value", value: word };
  if (NOT_FINITE.test(text)) return { kind: "not-finite" };
  if (!/^[-+.0-9]/.test(text)) return { kind: "value", value: text };
  const digits = text.replaceAll("_", "");
  return { kind: "value", value: parseInteger(digits) ?? parseFloatingPoint(digits) ?? text };
}

function parseInteger(digits: string): number | undefined {
  const [, sign, magnitude] = INTEGER.exec(digits) ?? [];
  if (magnitude === undefined) return undefined;
  const isOldOctal = /^0[0-7]+$/.test(magnitude);
  const value = BigInt(isOldOctal ? `0o${magnitude.slice(1)}` : magnitude.toLowerCase());
  if (value > (sign === "-" ? INT64_MIN_MAGNITUDE : UINT64_MAX)) return undefined;
  // Adding 0 turns -0, which JSON cannot carry, into 0.
  return (sign === "-" ? -Number(value) : Number(value)) + 0;
}

function parseFloatingPoint(digits: string): number | undefined {
  if (!FLOAT.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isFinite(value) ? value : undefined;
}
