import type { NodePool } from "../../../domain/hub.ts";
import { type CoreRequest, coreRequests } from "../../core-requests.ts";
import { FLEET_WITH_POOLS } from "../../example-pools.ts";
import { describeBytes } from "../../pools.ts";
import type { Fault, Rule } from "../../rule.ts";

export const coreFits: Rule = {
  code: "core-fits",
  family: "capacity",
  severity: "block",
  title: "Hubs and proxies fit on the nodes of their pool together",
  why: "Fifty hubs asked for 41 GiB together, on a pool whose one sure node had 32. When it was scaled down, proxies were evicted, and every hub of the fleet answered 503 for a morning.",
  fix: "Lower the requests to what the pods use, or give the pool more nodes.",
  example: {
    fails: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { hub: { resources: { requests: { memory: 30Gi } } } }",
    },
    passes: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { hub: { resources: { requests: { memory: 1Gi } } } }",
    },
  },
  check({ head }) {
    const byPool = Map.groupBy(coreRequests(head), ({ pool }) => pool);
    return [...byPool].flatMap(([pool, requests]) => {
      const memoryBytes = requests.reduce((sum, request) => sum + request.memoryBytes, 0);
      const cpu = requests.reduce((sum, request) => sum + request.cpu, 0);
      const most = nodesNeeded(pool, memoryBytes, cpu);
      if (most <= pool.nodes.min) return [];
      const isTooMuch = most > pool.nodes.max;
      const asked = `${describeBytes(memoryBytes)} and ${Math.round(cpu * 10) / 10} cores`;
      const what = isTooMuch
        ? `All hubs and proxies on ${pool.name} ask for ${asked}, which needs ${most} nodes; it has ${pool.nodes.max} at most.`
        : `All hubs and proxies on ${pool.name} ask for ${asked}, which needs ${most} nodes; only ${pool.nodes.min} of them are always there.`;
      return largest(requests, what, isTooMuch ? "block" : "info");
    });
  },
};

/** Without what does not fit together at the nodes' edges: at least so many. */
function nodesNeeded({ allocatable }: NodePool, memoryBytes: number, cpu: number): number {
  return Math.max(Math.ceil(memoryBytes / allocatable.memoryBytes), Math.ceil(cpu / allocatable.cpu));
}

/** Told where most is asked for: that is where most can be saved. */
function largest(requests: readonly CoreRequest[], what: string, severity: "block" | "info"): Fault[] {
  const most = Math.max(...requests.map(({ memoryBytes }) => memoryBytes));
  return requests
    .filter(({ memoryBytes }) => memoryBytes === most)
    .map(({ release, path }) => ({ at: release.placeOf([...path, "memory"]), what, severity, release: release.id }));
}
