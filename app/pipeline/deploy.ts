import type { DeployedRelease, DeployProgress, ReleaseState } from "../domain/deploy-progress.ts";
import { type Explanation, explanationOf } from "../domain/errors.ts";
import { isGood, type RolloutOutcome } from "../domain/rollout.ts";
import type { DefaultBranchPushed, EventSource } from "../event/deploy-event.ts";
import { type CheckReport, couldNotDeploy, unexpectedFailure } from "../report/check-outputs.ts";
import { OBSERVED_PUSH } from "../report/observed.ts";
import { deployCheck, leftToNewer, rolloutSection, unfinishedSection } from "../report/rollout-report.ts";
import type { RolloutRequest } from "../rollout/roll-out.ts";
import type { DurableWork, HubDeployment, HubDeploymentResult } from "./durable-work.ts";
import { type DeployPlan, type LivePlanPorts, planAgainstLive } from "./plan-against-live.ts";
import type { CheckPlace } from "./preview.ts";

/** What a deploy needs from outside, beside what each rollout needs. */
export interface DeployPorts extends LivePlanPorts {
  fetchBranchHead(source: EventSource, branch: string): Promise<string>;
  fetchMergedPullRequestsOf(source: EventSource, sha: string): Promise<number[]>;
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

/** The commit that was pushed, and what has to be known before anything is planned. */
interface Push {
  sha: string;
  pullRequests: number[];
  newestSha: string;
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
    const plan = await work.step("plan deploy", () => planAgainstLive(ports, source, { deployId: work.id, sha }));
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
