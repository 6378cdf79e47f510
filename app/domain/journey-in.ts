import type { Fleet, Hub, HubJourney } from "./hub.ts";

/** @returns the journey that is played by itself through a hub in this environment; undefined where none is */
export function journeyIn(fleet: Fleet, hub: string, environment: string): HubJourney | undefined {
  const found = fleet.hubs.find(({ name }) => name === hub);
  return found && journeyOf(found, environment);
}

/** The same, for who has the hub at hand. */
export function journeyOf({ journey }: Pick<Hub, "journey">, environment: string): HubJourney | undefined {
  return journey?.environments?.includes(environment) === false ? undefined : journey;
}
