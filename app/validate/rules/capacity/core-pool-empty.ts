import { coreRequests } from "../../core-requests.ts";
import { FLEET_WITH_POOLS } from "../../example-pools.ts";
import type { Rule } from "../../rule.ts";

export const corePoolEmpty: Rule = {
  code: "core-pool-empty",
  family: "capacity",
  severity: "warn",
  title: "Hubs run on a pool that always has a node",
  why: "A pool that may shrink to nothing does so one night. Then hubs and proxies wait for a node to start, and every open notebook loses its connection.",
  fix: "Set the pool's least number of nodes to 1 or more, in the cloud and in campanile.yaml.",
  example: {
    fails: { files: { "campanile.yaml": FLEET_WITH_POOLS.replace("min: 1", "min: 0") } },
    passes: { files: { "campanile.yaml": FLEET_WITH_POOLS } },
  },
  check: ({ head }) =>
    coreRequests(head)
      .filter(({ pool }) => pool.nodes.min === 0)
      .map(({ pool, release }) => ({
        at: { file: release.config.pinsFile, line: 1 },
        what: `The pool ${pool.name}, where the hub or its proxy runs, may have no node at all.`,
        release: release.id,
      })),
};
