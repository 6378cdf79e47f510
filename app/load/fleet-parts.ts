import type { FilePlace } from "../domain/finding.ts";
import type { Cluster, NodePool, Waiver } from "../domain/hub.ts";
import { parseQuantity } from "../domain/quantity.ts";
import type { FleetFile } from "./schemas/fleet-schema.ts";

type ClusterPart = FleetFile["clusters"][string];

export function clusterOf(name: string, { pools, storageClasses, ...cluster }: ClusterPart): Cluster {
  return {
    name,
    ...cluster,
    ...(storageClasses === undefined ? {} : { storageClasses }),
    ...(pools === undefined ? {} : { pools: Object.entries(pools).map(([each, pool]) => poolOf(each, pool)) }),
  };
}

function poolOf(name: string, pool: NonNullable<ClusterPart["pools"]>[string]): NodePool {
  const { attachableDisks, allocatable, ...rest } = pool;
  return {
    name,
    ...rest,
    allocatable: { cpu: parseQuantity(allocatable.cpu) ?? 0, memoryBytes: parseQuantity(allocatable.memory) ?? 0 },
    ...(attachableDisks === undefined ? {} : { attachableDisks }),
  };
}

export function waiverOf({ scope, ...waiver }: NonNullable<FleetFile["waivers"]>[number], at: FilePlace): Waiver {
  const { hub, environment, file } = scope;
  return {
    ...waiver,
    scope: {
      ...(hub === undefined ? {} : { hub }),
      ...(environment === undefined ? {} : { environment }),
      ...(file === undefined ? {} : { file }),
    },
    at,
  };
}
