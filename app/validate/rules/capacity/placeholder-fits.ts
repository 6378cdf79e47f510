import { parseQuantity } from "../../../domain/quantity.ts";
import { valueAt } from "../../../domain/value-at.ts";
import { FLEET_WITH_POOLS } from "../../example-pools.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { parseMemoryBytes } from "../../memory.ts";
import { describeBytes, poolFor } from "../../pools.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

const PLACEHOLDER = ["scheduling", "userPlaceholder"];

export const placeholderFits: Rule = {
  code: "placeholder-fits",
  family: "capacity",
  severity: "warn",
  title: "Placeholders fit on the nodes that their pool may have",
  why: "Placeholders keep room for a class that is about to start. More of them than the pool can hold stay pending for good, and the autoscaler's reports no longer say anything.",
  fix: "Lower the replicas, or let the pool have more nodes.",
  example: {
    fails: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common:
        "jupyterhub: { singleuser: { memory: { guarantee: 2G, limit: 2G } }, scheduling: { podPriority: { enabled: true }, userPlaceholder: { enabled: true, replicas: 400 } } }",
    },
    passes: {
      files: { "campanile.yaml": FLEET_WITH_POOLS },
      common:
        "jupyterhub: { singleuser: { memory: { guarantee: 2G, limit: 2G } }, scheduling: { podPriority: { enabled: true }, userPlaceholder: { enabled: true, replicas: 40 } } }",
    },
  },
  check: forEachRelease((release) => {
    const { effective, placeOf, nameOf } = release;
    const replicas = valueAt(effective, [...PLACEHOLDER, "replicas"]);
    const pool = poolFor(release, ["singleuser", "nodeSelector"], "user");
    if (valueAt(effective, [...PLACEHOLDER, "enabled"]) === false || typeof replicas !== "number" || replicas <= 0 || !pool)
      return [];
    const bytes = requestOf(release);
    if (bytes === undefined || bytes <= 0) return [];
    const onNode = Math.min(Math.floor(pool.allocatable.memoryBytes / bytes), pool.maxPods);
    if (replicas <= onNode * pool.nodes.max) return [];
    const path = [...PLACEHOLDER, "replicas"];
    const what = `"${nameOf(path)}" is ${replicas}, each of ${describeBytes(bytes)}; ${pool.name} has room for ${onNode * pool.nodes.max}.`;
    return [{ at: placeOf(path), what }];
  }),
};

/** A placeholder asks for what a student's server is guaranteed, unless it is told otherwise. */
function requestOf({ effective }: ReleaseView): number | undefined {
  const own = parseQuantity(valueAt(effective, [...PLACEHOLDER, "resources", "requests", "memory"]));
  return own ?? parseMemoryBytes(valueAt(effective, ["singleuser", "memory", "guarantee"]) ?? null);
}
