import pLimit from "p-limit";
import type { DeployedRelease, DeployProgress, ReleaseState } from "../domain/deploy-progress.ts";
import { ClusterError, ConfigError, type Explanation, explanationOf } from "../domain/errors.ts";
import type { Fleet } from "../domain/hub.ts";
import type { Release } from "../domain/release.ts";
import { isGood, type RolloutOutcome } from "../domain/rollout.ts";
import type { DefaultBranchPushed, EventSource } from "../event/deploy-event.ts";
import type { ConfigTree } from "../load/config-tree.ts";
import { loadFleet } from "../load/load-fleet.ts";
import { type DeployTarget, type LiveRelease, planDeploy } from "../plan/plan-deploy.ts";
import { reasonsFor } from "../plan/plan-rollout.ts";
import { releasesOf } from "../plan/releases-of.ts";
import { type CheckReport, couldNotCheck, unexpectedFailure } from "../report/check-outputs.ts";
import { deployCheck, rolloutSection } from "../report/rollout-report.ts";
import type { HelmRevision } from "../rollout/observation.ts";
import type { RolloutRequest } from "../rollout/roll-out.ts";
import type { DurableWork, HubDeployment, HubDeploymentResult, HubStage } from "./durable-work.ts";
import type { CheckPlace } from "./preview.ts";

/** What a deploy needs from outside, beside what each rollout needs. */
export interface DeployPorts {
  helmVersion: string;
  fetchBranchHead(source: EventSource, branch: string): Promise<string>;
  fetchCommits(source: EventSource, shas: readonly string[]): Promise<void>;
  openTree(source: EventSource, treeish: string): Promise<ConfigTree>;
  fetchMergedPullRequestsOf(source: EventSource, sha: string): Promise<number[]>;
  fetchRevisions(kubeContext: string, namespace: string, releaseName: string): Promise<HelmRevision[]>;
  findQuarantine(repository: string, releaseId: string, bundleDigest: string): Promise<Explanation | undefined>;
  recordDeploy(record: {
    id: string;
    repository: string;
    sha: string;
    pullRequests: number[];
    planned: DeployedRelease[];
  }): Promise<void>;
  recordProgress(deployId: string, releaseId: string, state: ReleaseState): Promise<void>;
  loadProgress(deployId: string): Promise<DeployProgress>;
  startCheck(place: CheckPlace, title: string): Promise<unknown>;
  concludeCheck(place: CheckPlace, conclusion: "success" | "failure", output: Omit<CheckReport, "conclusion">): Promise<void>;
  /** Writes the rollout's part of the comment of each pull request that brought the commit. */
  tellMergedPullRequests(source: EventSource, numbers: readonly number[], rollout: string): Promise<void>;
}

const CHECK = "campanile / deploy";
/** Helm's records are read for each release of the fleet; this many at a time spare the API server. */
const READS_AT_ONCE = 8;

interface DeployPlan {
  sha: string;
  pullRequests: number[];
  planned: DeployedRelease[];
  hubs: HubDeployment[];
  couldNot: Explanation | null;
}

/**
 * Makes the cluster run what the default branch asks for: plan against what is live, then each hub in promotion order, side by side.
 * It always aims at the newest commit, so deliveries may come late, twice or out of order.
 */
export async function deploy(work: DurableWork, ports: DeployPorts, event: DefaultBranchPushed): Promise<void> {
  let place = checkPlace(event.source, event.sha, work.id);
  try {
    const plan = await work.step("plan deploy", () => planFor(ports, event.source, work.id));
    place = checkPlace(event.source, plan.sha, work.id);
    await work.step("start deploy check", async () => void (await ports.startCheck(place, "Rolling out …")));
    if (plan.couldNot) return await refuse(work, ports, { plan, couldNot: plan.couldNot, place, source: event.source });
    await rollOutPlan(work, ports, { plan, place, source: event.source });
  } catch (error) {
    const { conclusion, ...output } = couldNotCheck(explanationOf(error) ?? unexpectedFailure());
    await work.step("conclude deploy check", () => ports.concludeCheck(place, conclusion, output));
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
  plan: DeployPlan;
  place: CheckPlace;
  source: EventSource;
}

async function refuse(
  work: DurableWork,
  ports: DeployPorts,
  { plan, couldNot, place, source }: Deploying & { couldNot: Explanation },
): Promise<void> {
  const { conclusion, ...output } = couldNotCheck(couldNot);
  await work.step("tell why not", () =>
    ports.tellMergedPullRequests(source, plan.pullRequests, `### Merged, but nothing was rolled out\n\n${output.summary}`),
  );
  await work.step("conclude deploy check", () => ports.concludeCheck(place, conclusion, output));
}

async function rollOutPlan(work: DurableWork, ports: DeployPorts, { plan, place, source }: Deploying): Promise<void> {
  const { sha, pullRequests, planned } = plan;
  const { repository } = source;
  await work.step("record deploy", () => ports.recordDeploy({ id: work.id, repository, sha, pullRequests, planned }));
  await work.step("tell the plan", () => tellProgress(ports, source, work.id));
  await work.deployHubs(plan.hubs);
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
  let stoppedBy: string | undefined;
  for (const { request, soakSeconds, heldBecause } of stages) {
    const because = stoppedBy ?? heldBecause;
    if (because !== null && because !== undefined) {
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
  return outcome.kind === "superseded" ? `a newer commit took over on ${request.environment}` : `${request.releaseId} failed`;
}

async function tellProgress(ports: DeployPorts, source: EventSource, deployId: string): Promise<void> {
  const progress = await ports.loadProgress(deployId);
  await ports.tellMergedPullRequests(source, progress.pullRequests, rolloutSection(progress));
}

async function planFor(ports: DeployPorts, source: EventSource, deployId: string): Promise<DeployPlan> {
  const sha = await ports.fetchBranchHead(source, source.defaultBranch);
  const pullRequests = await ports.fetchMergedPullRequestsOf(source, sha);
  const nothing = { sha, pullRequests, planned: [], hubs: [], couldNot: null };
  try {
    const fleet = await loadCommit(ports, source, sha);
    const live = await observeFleet(ports, source, fleet);
    const hubPlans = planDeploy(fleet, ports.helmVersion, live);
    const previous = await previousReleases(ports, source, live);
    return {
      ...nothing,
      planned: hubPlans.flatMap(({ targets }) =>
        targets.map(({ release }) => describeTarget(release, live.get(release.id), previous)),
      ),
      hubs: hubPlans.map(({ hub, targets }) => ({
        deployId,
        source,
        hub,
        stages: targets.map((target) => stageFor(target, fleet, { deployId, source, sha })),
      })),
    };
  } catch (error) {
    const couldNot = explanationOf(error);
    if (!couldNot || (error instanceof ClusterError && error.canRetry)) throw error;
    return { ...nothing, couldNot };
  }
}

/** @throws {ConfigError} `fleet-invalid` when the commit has faults; nothing of it is deployed then */
async function loadCommit(ports: DeployPorts, source: EventSource, sha: string): Promise<Fleet> {
  await ports.fetchCommits(source, [sha]);
  const { fleet, findings } = await loadFleet(await ports.openTree(source, sha), sha);
  if (fleet) return fleet;
  const first = findings.find((finding) => finding.severity === "block");
  throw new ConfigError({
    code: "fleet-invalid",
    what: `${sha.slice(0, 7)} was not deployed: ${first ? `${first.at.file}, line ${first.at.line}: ${first.what}` : "its files cannot be read."}`,
    why: "A commit with faults is never deployed in part. Require the check “campanile” on the default branch, and this cannot be merged.",
    fix: first?.fix ?? "Correct the files in a new pull request.",
  });
}

async function observeFleet(ports: DeployPorts, source: EventSource, fleet: Fleet): Promise<Map<string, LiveRelease>> {
  const limit = pLimit(READS_AT_ONCE);
  const entries = await Promise.all(
    releasesOf(fleet, ports.helmVersion).map((release) =>
      limit(async () => {
        const last = (await ports.fetchRevisions(release.cluster.context, release.namespace, release.id)).at(-1);
        const quarantined = await ports.findQuarantine(source.repository, release.id, release.bundleDigest);
        const isWhole = last?.status === "deployed";
        return [release.id, { bundleDigest: isWhole ? last.bundleDigest : undefined, sha: last?.sha, quarantined }] as const;
      }),
    ),
  );
  return new Map(entries);
}

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
    return releasesOf(await loadCommit(ports, source, sha), ports.helmVersion);
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
  const reasons = before
    ? reasonsFor(before, release)
    : [live?.sha === undefined ? "first deployment" : "what runs is not whole"];
  return {
    releaseId: release.id,
    hub: release.hub,
    hubTitle: release.hubTitle,
    environment: release.environment,
    url: release.url,
    reasons,
  };
}

function stageFor(
  { release, environment }: DeployTarget,
  fleet: Fleet,
  at: { deployId: string; source: EventSource; sha: string },
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
      url: release.url,
      isProduction: fleet.environments.at(-1)?.name === environment.name,
      bundleDigest: release.bundleDigest,
    },
    soakSeconds: promotion.kind === "after-soak" ? promotion.soakSeconds : 0,
    heldBecause: promotion.kind === "manual" && !isFirst ? `campanile.yaml says that a person starts ${environment.name}` : null,
  };
}
