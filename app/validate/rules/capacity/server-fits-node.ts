import type { NodePool } from "../../../domain/hub.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { FLEET_WITH_POOLS } from "../../example-pools.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { memoryPairs, parseMemoryBytes } from "../../memory.ts";
import { listAt } from "../../overrides.ts";
import { describeBytes, poolFor } from "../../pools.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const serverFitsNode: Rule = {
  code: "server-fits-node",
  family: "capacity",
  severity: "block",
  title: "What a server is guaranteed fits on a node of its pool",
  why: "A pod that asks for more than a whole node waits for good, and each try makes the cloud start a node in vain.",
  fix: "Ask for less, or send these servers to a pool with larger nodes.",
  example: {
    fails: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { singleuser: { memory: { guarantee: 64G, limit: 64G } } }",
    },
    passes: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common: "jupyterhub: { singleuser: { memory: { guarantee: 16G, limit: 64G } } }",
    },
  },
  check: forEachRelease((release) => {
    const memory = memoryPairs(release.effective).flatMap(({ guarantee: { path, value } }) => {
      const bytes = value === undefined ? undefined : parseMemoryBytes(value);
      const pool = poolOf(release, path);
      if (bytes === undefined || !pool || bytes <= pool.allocatable.memoryBytes) return [];
      return [
        { path, what: `${describeBytes(bytes)}, but a node of ${pool.name} has ${describeBytes(pool.allocatable.memoryBytes)}` },
      ];
    });
    const cpu = cpuPaths(release).flatMap((path) => {
      const cores = valueAt(release.effective, path);
      const pool = poolOf(release, path);
      if (typeof cores !== "number" || !pool || cores <= pool.allocatable.cpu) return [];
      return [{ path, what: `${cores} cores, but a node of ${pool.name} has ${pool.allocatable.cpu}` }];
    });
    return [...memory, ...cpu].map(({ path, what }) => ({
      at: release.placeOf(path),
      what: `"${release.nameOf(path)}" is ${what}.`,
    }));
  }),
};

function cpuPaths({ effective }: ReleaseView): ValuePath[] {
  const profiles = listAt(effective, ["singleuser", "profileList"]);
  return [
    ["singleuser", "cpu", "guarantee"],
    ...profiles.map((_, index) => ["singleuser", "profileList", index, "kubespawner_override", "cpu_guarantee"]),
  ];
}

/** A profile may send its servers elsewhere. */
function poolOf(release: ReleaseView, path: ValuePath): NodePool | undefined {
  const ofProfile = path[1] === "profileList" ? [...path.slice(0, -1), "node_selector"] : undefined;
  const selector = ofProfile && valueAt(release.effective, ofProfile) !== undefined ? ofProfile : ["singleuser", "nodeSelector"];
  return poolFor(release, selector, "user");
}
