import { createHash } from "node:crypto";
import stringify from "safe-stable-stringify";
import { viaMirrors } from "../domain/chart/via-mirrors.ts";
import type { Cluster, Fleet, Hub, HubEnvironment } from "../domain/hub.ts";
import type { Release } from "../domain/release.ts";

/** Kubernetes labels hold 63 characters, so a bundle is named by the first 160 bits of its SHA-256. */
const DIGEST_LENGTH = 40;

/**
 * Every release that a fleet asks for, hub by hub, each hub in promotion order.
 * @param helmVersion part of the bundle, because another Helm may render the same inputs differently
 */
export function releasesOf(fleet: Fleet, helmVersion: string): readonly Release[] {
  const before = ofFleet.get(fleet);
  if (before?.helmVersion === helmVersion) return before.releases;
  const all = makeReleases(fleet, helmVersion);
  ofFleet.set(fleet, { helmVersion, releases: all });
  return all;
}

const ofFleet = new WeakMap<Fleet, { helmVersion: string; releases: readonly Release[] }>();

function makeReleases(fleet: Fleet, helmVersion: string): Release[] {
  const shared = stringify([helmVersion, fleet.clusters, fleet.mirrors]);
  return fleet.hubs.flatMap((hub) =>
    hub.environments.map((environment) => {
      const known = releases.get(environment);
      if (known?.shared === shared && known.hub === hub) return known.release;
      const release = releaseOf(fleet, hub, environment, helmVersion);
      releases.set(environment, { shared, hub, release });
      return release;
    }),
  );
}

/** A hub whose files are what they were is the same object as before, in each commit that is compared. */
const releases = new WeakMap<HubEnvironment, { shared: string; hub: Hub; release: Release }>();

function releaseOf(fleet: Fleet, hub: Hub, environment: HubEnvironment, helmVersion: string): Release {
  const cluster = fleet.clusters.find((each) => each.name === environment.cluster);
  if (!cluster) throw new Error(`${hub.name} names the cluster ${environment.cluster}, which the loader should have refused`);
  const release = {
    id: `${hub.name}-${environment.environment}`,
    hub: hub.name,
    hubTitle: hub.title,
    ...(hub.students === undefined ? {} : { students: hub.students }),
    environment: environment.environment,
    component: "hub" as const,
    cluster,
    namespace: environment.namespace,
    ...(environment.url === undefined ? {} : { url: environment.url }),
    chart: viaMirrors(environment.pins.hub, fleet.mirrors),
    ...(environment.pins.image === undefined ? {} : { image: environment.pins.image }),
    imageValuePath: environment.imageValuePath,
    valueLayers: environment.valueLayers,
    pinsFile: environment.pinsFile,
  };
  return { ...release, bundleDigest: digestBundle(release, cluster, helmVersion) };
}

/**
 * Names the content of all inputs. Layers count one by one: two that merge to the same values may differ once their secrets are known.
 * File names, comments and key order are nothing.
 */
function digestBundle(release: Omit<Release, "bundleDigest">, cluster: Cluster, helmVersion: string): string {
  const bundle = {
    release: [release.namespace, release.id],
    chart: release.chart.digest,
    image: [release.imageValuePath, release.image?.name, release.image?.tag, release.image?.digest],
    values: release.valueLayers.map((layer) => (layer.kind === "plain" ? layer.values : { encrypted: layer.digest })),
    helm: helmVersion,
    kubernetes: cluster.kubernetesVersion,
  };
  return createHash("sha256").update(stringify(bundle)).digest("hex").slice(0, DIGEST_LENGTH);
}
