import { expect, test } from "vitest";
import { journeyIn } from "../../app/domain/journey-in.ts";
import { makeFleet } from "../plan/make-fleet.ts";

const journey = { imports: ["numpy"], user: "campanile-probe", at: { file: "hubs/data8/hub.yaml", line: 9 } };

function fleetWith(environments?: string[]) {
  const fleet = makeFleet();
  const more = environments ? { environments } : {};
  return { ...fleet, hubs: fleet.hubs.map((hub) => (hub.name === "data8" ? { ...hub, journey: { ...journey, ...more } } : hub)) };
}

test("a journey is played wherever its hub runs, unless the fleet says where", () => {
  const played = (fleet: ReturnType<typeof fleetWith>) =>
    ["staging", "prod"].filter((environment) => journeyIn(fleet, "data8", environment));
  expect(played(fleetWith())).toEqual(["staging", "prod"]);
  expect(played(fleetWith(["staging"]))).toEqual(["staging"]);
});

test("a hub that has none has none anywhere", () => {
  expect(journeyIn(fleetWith(), "prob140", "staging")).toBeUndefined();
});
