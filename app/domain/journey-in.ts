import type { Fleet, HubJourney } from "./hub.ts";

/** @returns the journey that is played by itself through a hub in this environment; undefined where none is */
export function journeyIn(fleet: Fleet, hub: string, environment: string): HubJourney | undefined {
  const journey = fleet.hubs.find(({ name }) => name === hub)?.journey;
  return journey?.environments?.includes(environment) === false ? undefined : journey;
}
