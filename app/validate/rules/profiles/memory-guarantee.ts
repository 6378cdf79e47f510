import { memoryPairs, parseMemoryBytes } from "../../memory.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const memoryGuarantee: Rule = {
  code: "memory-guarantee",
  family: "profiles",
  severity: "block",
  title: "A server is not guaranteed more memory than it may use",
  why: "Kubernetes refuses a pod whose request is above its limit, so nobody with that profile gets a server.",
  fix: "Raise the limit, or lower the guarantee.",
  example: {
    fails: { common: "jupyterhub: { singleuser: { memory: { guarantee: 4G, limit: 2G } } }" },
    passes: { common: "jupyterhub: { singleuser: { memory: { guarantee: 1G, limit: 2G } } }" },
  },
  check: forEachRelease(({ effective, placeOf, nameOf }) =>
    memoryPairs(effective).flatMap(({ guarantee, limit }) => {
      const least = guarantee.value === undefined ? undefined : parseMemoryBytes(guarantee.value);
      const most = limit.value === undefined ? undefined : parseMemoryBytes(limit.value);
      // A limit of 0 is how fleets say that there is none.
      if (least === undefined || most === undefined || most === 0 || least <= most) return [];
      return [{ at: placeOf(guarantee.path), what: `"${nameOf(guarantee.path)}" is more than "${nameOf(limit.path)}".` }];
    }),
  ),
};
