import { valueAt } from "../../../domain/value-at.ts";
import { FLEET_WITH_POOLS } from "../../example-pools.ts";
import { parseMemoryBytes } from "../../memory.ts";
import { poolFor } from "../../pools.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const serversPerNode: Rule = {
  code: "servers-per-node",
  family: "capacity",
  severity: "warn",
  title: "As many servers fit on a node as it has disks and places for",
  why: "When the memory of each server was halved, twice as many came to a node: more than disks can be attached there. Their pods waited for an hour, on nodes that looked half empty.",
  fix: "Raise the guarantee until fewer servers fit on a node, use smaller nodes, or put homes on a shared volume.",
  example: {
    fails: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { singleuser: { storage: { type: dynamic }, memory: { guarantee: 256M, limit: 2G } } }",
    },
    passes: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { singleuser: { storage: { type: dynamic }, memory: { guarantee: 1G, limit: 2G } } }",
    },
  },
  check: forEachRelease((release) => {
    const { effective, placeOf } = release;
    const path = ["singleuser", "memory", "guarantee"];
    const guarantee = parseMemoryBytes(valueAt(effective, path) ?? null);
    const cores = valueAt(effective, ["singleuser", "cpu", "guarantee"]);
    const pool = poolFor(release, ["singleuser", "nodeSelector"], "user");
    if (!pool || guarantee === undefined || guarantee <= 0) return [];
    const byMemory = Math.floor(pool.allocatable.memoryBytes / guarantee);
    const byCpu = typeof cores === "number" && cores > 0 ? Math.floor(pool.allocatable.cpu / cores) : Number.POSITIVE_INFINITY;
    const servers = Math.min(byMemory, byCpu);
    const hasOwnDisk = valueAt(effective, ["singleuser", "storage", "type"]) === "dynamic";
    const disks = hasOwnDisk ? pool.attachableDisks : undefined;
    if (disks !== undefined && servers > disks)
      return [
        {
          at: placeOf(path),
          what: `${servers} servers fit on a node of ${pool.name}, but only ${disks} disks can be attached to it.`,
        },
      ];
    if (servers <= pool.maxPods) return [];
    // The scheduler stops at the last place and takes another node: memory is paid for that nobody can use.
    const what = `${servers} servers would fit on a node of ${pool.name}, which takes ${pool.maxPods} pods.`;
    return [{ at: placeOf(path), what, severity: "info" as const }];
  }),
};
