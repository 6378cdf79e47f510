import type { Fleet } from "./hub.ts";

/** Every hub and environment that one of several states of a fleet has. */
export interface FleetNames {
  hubs: string[];
  environments: string[];
}

/** @param fleets those that could be read */
export function namesOf(fleets: readonly (Fleet | undefined)[]): FleetNames {
  const all = (namesIn: (fleet: Fleet) => string[]) => [...new Set(fleets.flatMap((fleet) => (fleet ? namesIn(fleet) : [])))];
  return {
    hubs: all(({ hubs }) => hubs.map(({ name }) => name)),
    environments: all(({ environments }) => environments.map(({ name }) => name)),
  };
}
