import { suggestName } from "../../../domain/suggest-name.ts";
import { FLEET_WITH_POOLS } from "../../example-pools.ts";
import { poolsAsked } from "../../pools.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const poolUnknown: Rule = {
  code: "pool-unknown",
  family: "wiring",
  severity: "block",
  title: "A node selector asks for a pool that the cluster has",
  why: "A pod for a pool that is not there waits for good: Kubernetes takes the selector without a word, and students look at “pending” until it times out.",
  fix: "Name one of the cluster's pools, or add the pool to campanile.yaml once it is made.",
  example: {
    fails: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { singleuser: { nodeSelector: { hub.jupyter.org/pool-name: data-8 } } }",
    },
    passes: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { singleuser: { nodeSelector: { hub.jupyter.org/pool-name: data8 } } }",
    },
  },
  check: forEachRelease(({ cluster, values, placeOf, nameOf }) => {
    const known = cluster?.pools?.map(({ name }) => name);
    if (!known) return [];
    return poolsAsked(values)
      .filter(({ pool }) => !known.includes(pool))
      .map(({ pool, path }) => {
        const meant = suggestName(pool, known);
        return {
          at: placeOf(path),
          what: `"${nameOf(path)}" asks for the pool ${pool}, which ${cluster?.name} does not have.`,
          ...(meant === undefined ? {} : { fix: `Did you mean "${meant}"?` }),
        };
      });
  }),
};
