import type { Environment, Promotion } from "../domain/hub.ts";

/** One environment of a fleet, as its file lists it. */
export function environmentOf(
  { name, branch, promotion }: { name: string; branch?: string | undefined; promotion?: string | undefined },
  index: number,
): Environment {
  return {
    name,
    ...(branch === undefined ? {} : { branch }),
    // Nothing stands before the first environment, so there is nothing to wait for.
    promotion: index === 0 ? { kind: "auto" } : parsePromotion(promotion ?? "manual"),
  };
}

const SECONDS: Record<string, number> = { m: 60, h: 3600, d: 86_400 };

function parsePromotion(text: string): Promotion {
  if (text === "auto" || text === "manual") return { kind: text };
  const [, amount, unit] = /^after (\d+)([mhd])$/.exec(text) ?? [];
  const unitSeconds = SECONDS[unit ?? ""];
  if (amount === undefined || unitSeconds === undefined) throw new Error(`the schema let the promotion "${text}" through`);
  return { kind: "after-soak", soakSeconds: Number(amount) * unitSeconds };
}
