import { memoryPairs, parseMemoryBytes } from "../../memory.ts";
import type { Rule } from "../../rule.ts";

export const memoryUnit: Rule = {
  code: "memory-unit",
  family: "profiles",
  severity: "block",
  title: "Memory of students' servers is written in JupyterHub's units",
  why: "JupyterHub reads 512M, 2G or a number of bytes and refuses Kubernetes' 512Mi and 2Gi. The chart lets them through, and then no server starts.",
  fix: "Write K, M, G or T without an i: 2G is 2 * 1024^3 bytes to JupyterHub.",
  example: {
    fails: { common: "jupyterhub: { singleuser: { memory: { guarantee: 512M, limit: 2Gi } } }" },
    passes: { common: "jupyterhub: { singleuser: { memory: { guarantee: 512M, limit: 2G } } }" },
  },
  check: ({ head }) =>
    head.releases.flatMap(({ id, values, placeOf, nameOf }) =>
      memoryPairs(values)
        .flatMap(({ guarantee, limit }) => [guarantee, limit])
        .filter(({ value }) => value !== undefined && value !== null && parseMemoryBytes(value) === undefined)
        .map(({ path }) => ({
          at: placeOf(path),
          what: `"${nameOf(path)}" is not an amount of memory that JupyterHub can read.`,
          release: id,
        })),
    ),
};
