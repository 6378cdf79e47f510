import type { Json } from "./json.ts";

const QUANTITY = /^(\d{1,20}(?:\.\d{0,9})?|\.\d{1,9})(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i))?$/;
const POWERS = ["k", "M", "G", "T", "P", "E"];
const SMALL: Record<string, number> = { n: 1e-9, u: 1e-6, m: 1e-3 };

/** Cores or bytes as Kubernetes writes them, near enough to compare sizes: `500m` is 0.5, `1Gi` is 1024^3, `1G` is 10^9. */
export function parseQuantity(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const [, number, exponent, suffix = ""] = QUANTITY.exec(value) ?? [];
  if (number === undefined) return undefined;
  const power = POWERS.findIndex((letter) => letter.toLowerCase() === suffix[0]?.toLowerCase()) + 1;
  const unit = SMALL[suffix] ?? (suffix.endsWith("i") ? 1024 ** power : suffix === "" ? 1 : 1000 ** power);
  return Number(number) * unit * 10 ** Number(exponent ?? 0);
}

/** A number longer than this is no amount of anything. */
const LENGTH_LIMIT = 40;

const EXACT_QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d{1,2})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/;

/** Powers of ten and powers of two. */
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Record<string, bigint> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

export function sameQuantity(one: string, other: string): boolean {
  const [a, b] = [parseNanos(one), parseNanos(other)];
  return a !== undefined && a === b;
}

/**
 * A quantity in billionths, exactly: with floating point, neighbours near 1Ei would be one number.
 * @see Kubernetes, "Quantity": nothing is finer than nano, what is finer is rounded up
 */
export function parseNanos(text: string): bigint | undefined {
  const [, sign, number, exponent, suffix = ""] = text.length > LENGTH_LIMIT ? [] : (EXACT_QUANTITY.exec(text) ?? []);
  if (number === undefined) return undefined;
  const [whole = "", fraction = ""] = number.split(".");
  const digits = BigInt(whole + fraction) << (BINARY[suffix] ?? 0n);
  const power = 9 - fraction.length + (exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent.slice(1)));
  const nanos = power >= 0 ? digits * 10n ** BigInt(power) : divideUp(digits, 10n ** BigInt(-power));
  return sign === "-" ? -nanos : nanos;
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
