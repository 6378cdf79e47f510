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
