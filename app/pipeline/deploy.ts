import pLimit from "p-limit";
import type { DeployedRelease, DeployProgress, ReleaseState } from "../domain/deploy-progress.ts";
import { ClusterError, ConfigError, type Explanation, explanationOf } from "../domain/errors.ts";
import type { Finding } from "../domain/finding.ts";
import type { Fleet } from "../domain/hub.ts";
import { journeyIn } from "../domain/journey-in.ts";
import type { Release } from "../domain/release.ts";
import { isGood, type RolloutOutcome } from "../domain/rollout.ts";
import type { DefaultBranchPushed, EventSource } from "../event/deploy-event.ts";
import type { JourneyOutcome } from "../journey/journey.ts";
import type { ConfigTree } from "../load/config-tree.ts";
import { loadFleet } from "../load/load-fleet.ts";
import { type DeployTarget, type LiveRelease, planDeploy } from "../plan/plan-deploy.ts";
import { reasonsFor } from "../plan/plan-rollout.ts";
import { releasesOf } from "../plan/releases-of.ts";
import { type CheckReport, couldNotDeploy, unexpectedFailure } from "../report/check-outputs.ts";
import { OBSERVED_PUSH } from "../report/observed.ts";
import { deployCheck, leftToNewer, rolloutSection, unfinishedSection } from "../report/rollout-report.ts";
import type { HelmRevision } from "../rollout/observation.ts";
import type { RolloutRequest } from "../rollout/roll-out.ts";
import type { DurableWork, HubDeployment, HubDeploymentResult, HubStage } from "./durable-work.ts";
import type { CheckPlace } from "./preview.ts";

/** What a deploy needs from outside, beside what each rollout needs. */
export interface DeployPorts {
  helmVersion: string;
  /** Whether a student's journey is played after a rollout, where a hub has one. */
  playsJourneys: boolean;
  fetchBranchHead(source: EventSource, branch: string): Promise<string>;
  fetchCommits(source: EventSource, shas: readonly string[]): Promise<void>;
  openTree(source: EventSource, treeish: string): Promise<ConfigTree>;
  fetchMergedPullRequestsOf(source: EventSource, sha: string): Promise<number[]>;
  fetchRevisions(kubeContext: string, namespace: string, releaseName: string): Promise<HelmRevision[]>;
  findQuarantine(repository: string, releaseId: string, bundleDigest: string): Promise<Explanation | undefined>;
  /** Ids of the releases whose rollout was begun and has not ended. */
  findMovingReleases(repository: string): Promise<Set<string>>;
  /** How the last journey through each release ended, by the release's id. */
  findLastJourneys(repository: string): Promise<Map<string, { outcome: JourneyOutcome }>>;
  recordDeploy(record: {
    id: string;
    repository: string;
    sha: string;
    pullRequests: number[];
    planned: DeployedRelease[];
  }): Promise<void>;
  recordProgress(deployId: string, releaseId: string, state: ReleaseState): Promise<void>;
  /** @returns undefined for a deploy that was not recorded */
  findProgress(deployId: string): Promise<DeployProgress | undefined>;
  loadProgress(deployId: string): Promise<DeployProgress>;
  startCheck(place: CheckPlace, title: string): Promise<unknown>;
  concludeCheck(
    place: CheckPlace,
    conclusion: "success" | "failure" | "neutral",
    output: Omit<CheckReport, "conclusion">,
  ): Promise<void>;
  /** Writes the rollout's part of the comment of each pull request that brought the commit. */
  tellMergedPullRequests(source: EventSource, numbers: readonly number[], rollout: string): Promise<void>;
}

const CHECK = "campanile / deploy";
/** Helm's records are read for each release of the fleet; this many at a time spare the API server. */
const READS_AT_ONCE = 8;

/** The commit that was pushed, and what has to be known before anything is planned. */
interface Push {
  sha: string;
  pullRequests: number[];
  newestSha: string;
}

interface DeployPlan {
  planned: DeployedRelease[];
  hubs: HubDeployment[];
  couldNot: Explanation | null;
  /** The fleet is only observed: nothing of it is ever deployed. */
  isObserved?: true;
}

/**
 * Makes the cluster run what the default branch asks for: plan against what is live, then each hub in promotion order, side by side.
 * Only the newest commit is ever rolled out, so deliveries may come late, twice or out of order.
 */
export async function deploy(work: DurableWork, ports: DeployPorts, event: DefaultBranchPushed): Promise<void> {
  const { source, sha } = event;
  const place = checkPlace(source, sha, work.id);
  let pullRequests: number[] = [];
  try {
    await work.step("start deploy check", async () => void (await ports.startCheck(place, "Rolling out …")));
    const push = await work.step("read push", () => readPush(ports, source, sha));
    pullRequests = push.pullRequests;
    const deploying = { push, place, source };
    // The newer commit contains this one's changes, and has a delivery of its own.
    if (push.newestSha !== sha) return await leave(work, ports, deploying);
    const plan = await work.step("plan deploy", () => planFor(ports, source, { deployId: work.id, sha }));
    if (plan.isObserved) return await observe(work, ports, place);
    if (plan.couldNot) return await refuse(work, ports, { ...deploying, couldNot: plan.couldNot });
    await rollOutPlan(work, ports, { ...deploying, plan });
  } catch (error) {
    const explanation = explanationOf(error) ?? unexpectedFailure();
    const { conclusion, ...output } = couldNotDeploy(explanation, "The rollout broke off");
    await work.step("conclude deploy check", () => ports.concludeCheck(place, conclusion, output));
    await work.step("tell the error", async () => {
      const section = unfinishedSection(explanation, await ports.findProgress(work.id));
      await ports.tellMergedPullRequests(source, pullRequests, section);
    });
    throw error;
  }
}

const checkPlace = ({ repository, installationId }: EventSource, headSha: string, externalId: string): CheckPlace => ({
  repository,
  installationId,
  headSha,
  name: CHECK,
  externalId,
});

interface Deploying {
  push: Push;
  place: CheckPlace;
  source: EventSource;
}

async function leave(work: DurableWork, ports: DeployPorts, { push, place, source }: Deploying): Promise<void> {
  const { text, ...output } = leftToNewer(push.newestSha);
  await work.step("tell who took over", () => ports.tellMergedPullRequests(source, push.pullRequests, text));
  await work.step("conclude deploy check", () => ports.concludeCheck(place, "success", output));
}

async function observe(work: DurableWork, ports: DeployPorts, place: CheckPlace): Promise<void> {
  await work.step("conclude deploy check", () => ports.concludeCheck(place, "neutral", OBSERVED_PUSH));
}

async function refuse(
  work: DurableWork,
  ports: DeployPorts,
  { push, couldNot, place, source }: Deploying & { couldNot: Explanation },
): Promise<void> {
  const { conclusion, ...output } = couldNotDeploy(couldNot, "Nothing was rolled out");
  await work.step("tell why not", () =>
    ports.tellMergedPullRequests(source, push.pullRequests, `### Merged, but nothing was rolled out\n\n${output.summary}`),
  );
  await work.step("conclude deploy check", () => ports.concludeCheck(place, conclusion, output));
}

async function rollOutPlan(
  work: DurableWork,
  ports: DeployPorts,
  { push, plan, place, source }: Deploying & { plan: DeployPlan },
): Promise<void> {
  const { sha, pullRequests } = push;
  const { planned, hubs } = plan;
  const { repository } = source;
  await work.step("record deploy", () => ports.recordDeploy({ id: work.id, repository, sha, pullRequests, planned }));
  await work.step("tell the plan", () => tellProgress(ports, source, work.id));
  await work.deployHubs(hubs);
  await work.step("tell the end", () => tellProgress(ports, source, work.id));
  await work.step("conclude deploy check", async () => {
    const { conclusion, ...output } = deployCheck(await ports.loadProgress(work.id));
    await ports.concludeCheck(place, conclusion, output);
  });
}

/** One hub: each environment only after the one before it is healthy. */
export async function deployHub(
  work: DurableWork,
  ports: DeployPorts,
  { deployId, source, hub, stages }: HubDeployment,
): Promise<HubDeploymentResult> {
  const outcomes: HubDeploymentResult["outcomes"] = [];
  let stoppedBy: string | null = null;
  for (const { request, soakSeconds, heldBecause } of stages) {
    const because = stoppedBy ?? heldBecause;
    if (because !== null) {
      stoppedBy ??= `${request.releaseId} waits`;
      const outcome = { kind: "not-started", because } as const;
      await work.step(`hold ${request.environment}`, () => ports.recordProgress(deployId, request.releaseId, outcome));
      outcomes.push({ releaseId: request.releaseId, outcome });
      continue;
    }
    if (soakSeconds > 0 && outcomes.length > 0) await work.sleepSeconds(soakSeconds);
    const outcome = await work.rollOut(request);
    outcomes.push({ releaseId: request.releaseId, outcome });
    await work.step(`tell ${request.environment}`, () => tellProgress(ports, source, deployId));
    if (!isGood(outcome)) stoppedBy = whyStopped(request, outcome);
  }
  return { hub, outcomes };
}

function whyStopped(request: RolloutRequest, outcome: RolloutOutcome): string {
  if (outcome.kind === "superseded") return `a newer commit took over on ${request.environment}`;
  if (outcome.kind === "deployed")
    return outcome.journey?.outcome === "broken"
      ? `students cannot do all of their work on ${request.releaseId}`
      : `nobody could tell whether students can work on ${request.releaseId}`;
  return outcome.kind === "quarantined" ? `${request.releaseId} failed before` : `${request.releaseId} failed`;
}

async function tellProgress(ports: DeployPorts, source: EventSource, deployId: string): Promise<void> {
  const progress = await ports.loadProgress(deployId);
  await ports.tellMergedPullRequests(source, progress.pullRequests, rolloutSection(progress));
}

async function readPush(ports: DeployPorts, source: EventSource, sha: string): Promise<Push> {
  const [newestSha, pullRequests] = await Promise.all([
    ports.fetchBranchHead(source, source.defaultBranch),
    ports.fetchMergedPullRequestsOf(source, sha),
  ]);
  return { sha, pullRequests, newestSha };
}

async function planFor(
  ports: DeployPorts,
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
async function loadCommit(ports: DeployPorts, source: EventSource, sha: string): Promise<Fleet | "observed"> {
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

async function observeFleet(ports: DeployPorts, source: EventSource, fleet: Fleet): Promise<Map<string, LiveRelease>> {
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

const hasJourney = ({ playsJourneys }: DeployPorts, fleet: Fleet, { hub, environment }: Release) =>
  playsJourneys && journeyIn(fleet, hub, environment) !== undefined;

/** The releases as the commits that run now asked for them, so that people read what really changes in the cluster. */
async function previousReleases(
  ports: DeployPorts,
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
async function releasesAt(ports: DeployPorts, source: EventSource, sha: string): Promise<Release[]> {
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
  ports: DeployPorts,
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
