import pLimit from "p-limit";
import type { DeployedRelease } from "../domain/deploy-progress.ts";
import { ClusterError, ConfigError, type Explanation, explanationOf } from "../domain/errors.ts";
import type { Finding } from "../domain/finding.ts";
import type { Fleet } from "../domain/hub.ts";
import { journeyIn } from "../domain/journey-in.ts";
import type { Release } from "../domain/release.ts";
import type { EventSource } from "../event/deploy-event.ts";
import type { JourneyOutcome } from "../journey/journey.ts";
import type { ConfigTree } from "../load/config-tree.ts";
import { loadFleet } from "../load/load-fleet.ts";
import { type DeployTarget, type LiveRelease, planDeploy } from "../plan/plan-deploy.ts";
import { reasonsFor } from "../plan/plan-rollout.ts";
import { releasesOf } from "../plan/releases-of.ts";
import type { HelmRevision } from "../rollout/observation.ts";
import type { HubDeployment, HubStage } from "./durable-work.ts";

/** What has to be known of git, the clusters and earlier rollouts. */
export interface LivePlanPorts {
  helmVersion: string;
  /** Whether a student's journey is played after a rollout, where a hub has one. */
  playsJourneys: boolean;
  fetchCommits(source: EventSource, shas: readonly string[]): Promise<void>;
  openTree(source: EventSource, treeish: string): Promise<ConfigTree>;
  fetchRevisions(kubeContext: string, namespace: string, releaseName: string): Promise<HelmRevision[]>;
  findQuarantine(repository: string, releaseId: string, bundleDigest: string): Promise<Explanation | undefined>;
  /** Ids of the releases whose rollout was begun and has not ended. */
  findMovingReleases(repository: string): Promise<Set<string>>;
  /** How the last journey through each release ended, by the release's id. */
  findLastJourneys(repository: string): Promise<Map<string, { outcome: JourneyOutcome }>>;
}

/** Helm's records are read for each release of the fleet; this many at a time spare the API server. */
const READS_AT_ONCE = 8;

export interface DeployPlan {
  planned: DeployedRelease[];
  hubs: HubDeployment[];
  couldNot: Explanation | null;
  /** The fleet is only observed: nothing of it is ever deployed. */
  isObserved?: true;
}

/** What a commit of the default branch has to move, and why, by what runs now. */
export async function planAgainstLive(
  ports: LivePlanPorts,
  source: EventSource,
  { deployId, sha }: { deployId: string; sha: string },
): Promise<DeployPlan> {
  try {
    const fleet = await loadCommit(ports, source, sha);
    if (fleet === "observed") return { planned: [], hubs: [], couldNot: null, isObserved: true };
    const live = await observeFleet(ports, source, fleet);
    const hubPlans = planDeploy(fleet, ports.helmVersion, live);
    const previous = await previousReleases(ports, source, live);
    return {
      planned: hubPlans.flatMap(({ targets }) =>
        targets.map(({ release }) => describeTarget(release, live.get(release.id), previous)),
      ),
      hubs: hubPlans.map(({ hub, targets }) => ({
        deployId,
        source,
        hub,
        stages: targets.map((target) => stageFor(target, fleet, { deployId, source, sha }, ports)),
      })),
      couldNot: null,
    };
  } catch (error) {
    const couldNot = explanationOf(error);
    if (!couldNot || (error instanceof ClusterError && error.canRetry)) throw error;
    return { planned: [], hubs: [], couldNot };
  }
}

/** @throws {ConfigError} `fleet-invalid` when the commit has faults; nothing of it is deployed then */
async function loadCommit(ports: LivePlanPorts, source: EventSource, sha: string): Promise<Fleet | "observed"> {
  await ports.fetchCommits(source, [sha]);
  const { fleet, findings, mode } = await loadFleet(await ports.openTree(source, sha), sha);
  if (mode === "observe") return "observed";
  if (fleet) return fleet;
  throw faultyFleet(
    sha,
    findings.filter((finding) => finding.severity === "block"),
  );
}

function faultyFleet(sha: string, faults: readonly Finding[]): ConfigError {
  const [first] = faults;
  const where = first ? `${first.at.file}, line ${first.at.line}: ${first.what} ` : "";
  return new ConfigError({
    code: "fleet-invalid",
    what: `The files of ${sha.slice(0, 7)} have ${faults.length === 1 ? "a fault" : `${faults.length} faults`}, so nothing of it was deployed.`,
    why: `${faults.length > 1 ? "The first: " : ""}${where}A commit with faults is never deployed in part.`,
    fix: `${first ? `${first.fix} ` : ""}Mend it in a new pull request. If the default branch requires the check “campanile”, such a commit cannot be merged.`,
  });
}

async function observeFleet(ports: LivePlanPorts, source: EventSource, fleet: Fleet): Promise<Map<string, LiveRelease>> {
  const limit = pLimit(READS_AT_ONCE);
  const [moving, journeys] = await Promise.all([
    ports.findMovingReleases(source.repository),
    ports.findLastJourneys(source.repository),
  ]);
  const entries = await Promise.all(
    releasesOf(fleet, ports.helmVersion).map((release) =>
      limit(async () => {
        const last = (await ports.fetchRevisions(release.cluster.context, release.namespace, release.id)).at(-1);
        const quarantined = await ports.findQuarantine(source.repository, release.id, release.bundleDigest);
        const isWhole = last?.status === "deployed";
        const bundleDigest = isWhole ? last.bundleDigest : undefined;
        const isByHand = isWhole && last.bundleDigest === undefined && last.sha !== undefined;
        const isProved = journeys.get(release.id)?.outcome === "works" || !hasJourney(ports, fleet, release);
        const isMoving = moving.has(release.id);
        return [release.id, { bundleDigest, sha: last?.sha, isByHand, isMoving, quarantined, isProved }] as const;
      }),
    ),
  );
  return new Map(entries);
}

const hasJourney = ({ playsJourneys }: LivePlanPorts, fleet: Fleet, { hub, environment }: Release) =>
  playsJourneys && journeyIn(fleet, hub, environment) !== undefined;

/** The releases as the commits that run now asked for them, so that people read what really changes in the cluster. */
async function previousReleases(
  ports: LivePlanPorts,
  source: EventSource,
  live: ReadonlyMap<string, LiveRelease>,
): Promise<Map<string, Release>> {
  const shas = [...new Set([...live.values()].map((state) => state.sha).filter((sha) => sha !== undefined))];
  const previous = new Map<string, Release>();
  for (const sha of shas) {
    const releases = await releasesAt(ports, source, sha);
    for (const release of releases) if (live.get(release.id)?.sha === sha) previous.set(release.id, release);
  }
  return previous;
}

/** A commit that was rewritten away can no longer be read; then the reasons are told without it. */
async function releasesAt(ports: LivePlanPorts, source: EventSource, sha: string): Promise<readonly Release[]> {
  try {
    const fleet = await loadCommit(ports, source, sha);
    return fleet === "observed" ? [] : releasesOf(fleet, ports.helmVersion);
  } catch (error) {
    if (explanationOf(error)) return [];
    throw error;
  }
}

function describeTarget(
  release: Release,
  live: LiveRelease | undefined,
  previous: ReadonlyMap<string, Release>,
): DeployedRelease {
  const before = previous.get(release.id);
  const changes = before && before.bundleDigest !== release.bundleDigest ? reasonsFor(before, release) : [];
  const byHand = live?.isByHand ? ["somebody ran Helm on it by hand"] : [];
  const reasons = changes.length + byHand.length > 0 ? [...changes, ...byHand] : [whyAtAll(release, live)];
  return {
    releaseId: release.id,
    hub: release.hub,
    hubTitle: release.hubTitle,
    environment: release.environment,
    ...(release.url === undefined ? {} : { url: release.url }),
    reasons,
  };
}

function whyAtAll(release: Release, live: LiveRelease | undefined): string {
  if (live?.sha === undefined) return "first deployment";
  const isWhole = live.bundleDigest === release.bundleDigest && !live.isMoving && !live.quarantined;
  return isWhole ? "no student's journey has worked on it yet" : "an earlier rollout did not leave it whole";
}

function stageFor(
  { release, environment }: DeployTarget,
  fleet: Fleet,
  at: { deployId: string; source: EventSource; sha: string },
  ports: LivePlanPorts,
): HubStage {
  const { promotion } = environment;
  const isFirst = fleet.environments[0]?.name === environment.name;
  return {
    request: {
      ...at,
      releaseId: release.id,
      kubeContext: release.cluster.context,
      namespace: release.namespace,
      environment: release.environment,
      ...(release.url === undefined ? {} : { url: release.url }),
      isProduction: fleet.environments.at(-1)?.name === environment.name,
      bundleDigest: release.bundleDigest,
      hasJourney: hasJourney(ports, fleet, release),
    },
    soakSeconds: promotion.kind === "after-soak" ? promotion.soakSeconds : 0,
    heldBecause: promotion.kind === "manual" && !isFirst ? `campanile.yaml says that a person starts ${environment.name}` : null,
  };
}
