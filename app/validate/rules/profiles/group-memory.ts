import { valueAt } from "../../../domain/value-at.ts";
import { spawnerOverrides } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

const KEYS = ["mem_guarantee", "mem_limit"];

export const groupMemory: Rule = {
  code: "group-memory",
  family: "profiles",
  severity: "warn",
  title: "A group's memory is a whole number with a unit",
  why: "The spawner that reads group profiles compares amounts by their whole numbers: it stumbles over 0.5G, and then nobody of that group gets a server.",
  fix: "Write the next smaller unit: 512M instead of 0.5G.",
  example: {
    fails: { common: "jupyterhub: { custom: { group_profiles: { 'course::1538208': { mem_limit: 1.5G } } } }" },
    passes: { common: "jupyterhub: { custom: { group_profiles: { 'course::1538208': { mem_limit: 1536M } } } }" },
  },
  check: forEachRelease(({ values, placeOf, nameOf }) =>
    spawnerOverrides(values).flatMap(({ path }) =>
      KEYS.flatMap((key) => {
        const value = valueAt(values, [...path, key]);
        if (typeof value !== "string" || !/^\d+\.\d+[KMGT]$/.test(value)) return [];
        return [{ at: placeOf([...path, key]), what: `"${nameOf([...path, key])}" is not a whole number.` }];
      }),
    ),
  ),
};
