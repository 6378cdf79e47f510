import { expect, test } from "vitest";
import type { JsonObject } from "../../app/domain/json.ts";
import { classmateOf, classmateScopes } from "../../app/validate/probe-roles.ts";

const PROBE = {
  scopes: ["read:hub", "servers!user=probe", "access:servers!user=probe"],
  services: ["campanile"],
  users: ["probe"],
};
const ADA = { scopes: classmateScopes("ada"), services: ["campanile"], users: ["ada"] };

test.each<[string, JsonObject, string | undefined]>([
  ["a role of their own", { probe: PROBE, classmate: ADA }, "ada"],
  ["none", { probe: PROBE }, undefined],
  ["of another service", { probe: PROBE, classmate: { ...ADA, services: ["grader"] } }, undefined],
  ["too few scopes", { probe: PROBE, classmate: { ...ADA, scopes: ADA.scopes.slice(1) } }, undefined],
  ["the probe's role too, which lets them in", { probe: { ...PROBE, users: ["probe", "ada"] }, classmate: ADA }, undefined],
  ["no name that fits into an address", { probe: PROBE, classmate: { ...ADA, users: ["../probe"] } }, undefined],
  ["a role that is none", { probe: PROBE, classmate: "ada" }, undefined],
])("who stands for the others: with %s", (_title, loadRoles, expected) => {
  expect(classmateOf({ hub: { services: { campanile: {} }, loadRoles } }, "probe")).toBe(expected);
});
