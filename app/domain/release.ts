import type { ChartPin, Cluster, ImagePin, ValueLayer } from "./hub.ts";

/** What a release is a release of. A hub's grader is the other component; it is not rolled out yet. */
export type Component = "hub";

/** One Helm release (hub x environment x component) with all inputs of the bundle it should run. */
export interface Release {
  /** Helm's release name, unique in the fleet: `data8-staging`. */
  id: string;
  hub: string;
  hubTitle: string;
  /** How many students the hub has; absent when the fleet does not say. */
  students?: number;
  environment: string;
  component: Component;
  cluster: Cluster;
  namespace: string;
  /** Absent when nobody says where students reach it. */
  url?: string;
  chart: ChartPin;
  /** Absent when the chart's own default is used. */
  image?: ImagePin;
  imageValuePath: string;
  valueLayers: ValueLayer[];
  pinsFile: string;
  /** Names the bundle: 40 hex digits, so that it fits in a Kubernetes label. */
  bundleDigest: string;
}

/** One release that a change touches, and why, in the order of rollout. */
export interface PlannedRelease {
  /** What git asks for; absent when the change removes the release. */
  head?: Release;
  /** What git asked for before; absent when the change adds the release. */
  base?: Release;
  /** Sentences for a person: "image moves from 2026.11.1 to 2026.11.2". */
  reasons: string[];
}

export interface RolloutPlan {
  baseSha: string;
  headSha: string;
  /** Environments in promotion order, all of the fleet's, touched or not. */
  environments: string[];
  releases: PlannedRelease[];
  /** How many releases the fleet has, so that "2 of 6" can be said. */
  releasesInFleet: number;
}

export function releaseOf(planned: PlannedRelease): Release {
  const release = planned.head ?? planned.base;
  if (!release) throw new Error("a planned release has neither base nor head");
  return release;
}
