import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { listAt } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const cpuGuarantee: Rule = {
  code: "cpu-guarantee",
  family: "profiles",
  severity: "block",
  title: "A server is not guaranteed more processor than it may use",
  why: "Kubernetes refuses a pod whose request is above its limit, so nobody with that profile gets a server.",
  fix: "Raise the limit, or lower the guarantee.",
  example: {
    fails: { common: "jupyterhub: { singleuser: { cpu: { guarantee: 4, limit: 2 } } }" },
    passes: { common: "jupyterhub: { singleuser: { cpu: { guarantee: 0.05, limit: 2 } } }" },
  },
  check: forEachRelease(({ effective, placeOf, nameOf }) => {
    const profiles = listAt(effective, ["singleuser", "profileList"]);
    const pairs: [ValuePath, ValuePath][] = [
      [
        ["singleuser", "cpu", "guarantee"],
        ["singleuser", "cpu", "limit"],
      ],
      ...profiles.map((_, index): [ValuePath, ValuePath] => {
        const override = ["singleuser", "profileList", index, "kubespawner_override"];
        return [
          [...override, "cpu_guarantee"],
          [...override, "cpu_limit"],
        ];
      }),
    ];
    return pairs.flatMap(([least, most]) => {
      const [guarantee, limit] = [valueAt(effective, least), valueAt(effective, most)];
      // A limit of 0 is how fleets say that there is none.
      if (typeof guarantee !== "number" || typeof limit !== "number" || limit === 0 || guarantee <= limit) return [];
      return [{ at: placeOf(least), what: `"${nameOf(least)}" is more than "${nameOf(most)}".` }];
    });
  }),
};
