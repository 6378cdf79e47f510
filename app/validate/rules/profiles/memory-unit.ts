import { memoryPairs, parseMemoryBytes } from "../../memory.ts";
import { isOpaque } from "../../opaque.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

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
  check: forEachRelease(({ values, placeOf, nameOf }) =>
    memoryPairs(values)
      .flatMap(({ guarantee, limit }) => [guarantee, limit])
      .filter(
        ({ value }) =>
          value !== undefined && value !== null && value !== false && !isOpaque(value) && parseMemoryBytes(value) === undefined,
      )
      .map(({ path }) => ({ at: placeOf(path), what: `"${nameOf(path)}" is not an amount of memory that JupyterHub can read.` })),
  ),
};
