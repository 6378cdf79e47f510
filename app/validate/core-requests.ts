import type { NodePool } from "../domain/hub.ts";
import { oncePer } from "../domain/once-per.ts";
import { parseQuantity } from "../domain/quantity.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import type { FleetView, ReleaseView } from "./fleet-view.ts";
import { poolFor } from "./pools.ts";

/** What one pod that serves all of a hub asks of a node. */
export interface CoreRequest {
  release: ReleaseView;
  pool: NodePool;
  memoryBytes: number;
  cpu: number;
  /** Of its requests. */
  path: ValuePath;
}

const PODS: readonly { resources: ValuePath; selector: ValuePath }[] = [
  { resources: ["hub", "resources"], selector: ["hub", "nodeSelector"] },
  { resources: ["proxy", "chp", "resources"], selector: ["proxy", "chp", "nodeSelector"] },
];

/** The requests of every hub's and proxy's pod on a declared pool. */
export function coreRequests(view: FleetView): CoreRequest[] {
  return view.releases.flatMap(requestsOf);
}

const requestsOf = oncePer((release: ReleaseView): CoreRequest[] =>
  PODS.flatMap(({ resources, selector }) => {
    const pool = poolFor(release, selector, "core");
    if (!pool) return [];
    const path = [...resources, "requests"];
    const memoryBytes = parseQuantity(valueAt(release.effective, [...path, "memory"])) ?? 0;
    const cpu = parseQuantity(valueAt(release.effective, [...path, "cpu"])) ?? 0;
    return [{ release, pool, memoryBytes, cpu, path }];
  }),
);
