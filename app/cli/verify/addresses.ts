import { ConfigError } from "../../domain/errors.ts";

export interface Addresses {
  /** Origin at which the hub is reached from here. */
  hub: string | undefined;
  /** What stands in for the beginning of other addresses. */
  others: Record<string, string>;
}

/** @throws {ConfigError} */
export function parseAddresses(written: readonly string[]): Addresses {
  const addresses: Addresses = { hub: undefined, others: {} };
  for (const each of written) {
    const [one = "", other] = each.split("=");
    if (other === undefined) addresses.hub = originOf(one, each);
    else {
      originOf(one, each);
      originOf(other, each);
      addresses.others[one] = other;
    }
  }
  return addresses;
}

function originOf(text: string, written: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "") return url.origin;
  throw new ConfigError({
    code: "address",
    what: `The address "${written}" cannot be read.`,
    why: "It is an origin: http:// or https://, a host, and a port where it needs one.",
    fix: "Write --address http://127.0.0.1:8000, or two of them with an equals sign between them.",
  });
}
