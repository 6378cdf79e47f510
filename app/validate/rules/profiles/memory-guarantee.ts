import { memoryPairs, parseMemoryBytes } from "../../memory.ts";
import type { Rule } from "../../rule.ts";

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
  check: ({ head }) =>
    head.releases.flatMap(({ id, values, placeOf, nameOf }) =>
      memoryPairs(values).flatMap(({ guarantee, limit }) => {
        const least = guarantee.value === undefined ? undefined : parseMemoryBytes(guarantee.value);
        const most = limit.value === undefined ? undefined : parseMemoryBytes(limit.value);
        if (least === undefined || most === undefined || least <= most) return [];
        const what = `"${nameOf(guarantee.path)}" is more than "${nameOf(limit.path)}".`;
        return [{ at: placeOf(guarantee.path), what, release: id }];
      }),
    ),
};
