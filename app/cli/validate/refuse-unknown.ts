import { ConfigError } from "../../domain/errors.ts";
import type { FleetNames } from "../../domain/fleet-names.ts";
import { suggestName } from "../../domain/suggest-name.ts";
import type { Wanted } from "./is-wanted.ts";

/**
 * A misspelt name would filter everything away, and "nothing" would be said of a hub that nobody looked at.
 * @throws {ConfigError} with the name that was meant
 */
export function refuseUnknown({ hub, environment }: Wanted, { hubs, environments }: FleetNames): void {
  refuse("hub", hub, hubs);
  refuse("environment", environment, environments);
}

function refuse(kind: "hub" | "environment", name: string | undefined, known: readonly string[]): void {
  if (name === undefined || known.includes(name)) return;
  const meant = suggestName(name, known);
  throw new ConfigError({
    code: `unknown-${kind}`,
    what: `The fleet has no ${kind} "${name}".`,
    why: `It has ${known.join(", ") || "none"}.`,
    fix: meant === undefined ? "Give one of them." : `Did you mean "${meant}"?`,
  });
}
