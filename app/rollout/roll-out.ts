import { ClusterError, type Explanation, explanationOf } from "../domain/errors.ts";
import type { Release } from "../domain/release.ts";
import type { RolloutOutcome } from "../domain/rollout.ts";
import type { EventSource } from "../event/deploy-event.ts";
import type { JourneyAnswer, JourneyReport } from "../journey/journey.ts";
import { type Action, decide, HELM_CALL_LIMIT_SECONDS } from "./decide.ts";
import { learnFromJourney } from "./learn-from-journey.ts";
import type { HelmRevision, Learnt, Observation } from "./observation.ts";

/** Moving one release to one bundle. JSON: it is kept with the workflow. */
export interface RolloutRequest {
  deployId: string;
  source: EventSource;
  releaseId: string;
  kubeContext: string;
  namespace: string;
  environment: string;
  url?: string;
  isProduction: boolean;
  sha: string;
  bundleDigest: string;
  /** Whether a student's journey has to work before the next environment follows. */
  hasJourney: boolean;
}

/** What the rollout needs from outside; each may be called twice. */
export interface RolloutPorts {
  fetchNewestSha(source: EventSource): Promise<string>;
  fetchRevisions(kubeContext: string, namespace: string, releaseName: string): Promise<HelmRevision[]>;
  findQuarantine(repository: string, releaseId: string, bundleDigest: string): Promise<Explanation | undefined>;
  /** The release as git has it at the commit. */
  loadRelease(source: EventSource, sha: string, releaseId: string): Promise<Release>;
  /** Runs Helm until it ends; the cluster may end it earlier by showing that a hook cannot work. */
  upgrade(release: Release, sha: string, revision: number): Promise<void>;
  /** Waits until the revision is no longer pending, at most so long. */
  waitForRevision(
    kubeContext: string,
    namespace: string,
    releaseName: string,
    revision: number,
    limitSeconds: number,
  ): Promise<void>;
  /** @returns undefined when all workloads are up, else why they are not */
  verify(request: RolloutRequest): Promise<Explanation | undefined>;
  /** Plays a student's journey through the release, and keeps its evidence; none during an exam. */
  playJourney(request: RolloutRequest): Promise<JourneyAnswer>;
  /** Shows all that it saw on the commit. @returns the page's address */
  tellJourney(request: RolloutRequest, played: { rolloutId: string; revision: number; report: JourneyReport }): Promise<string>;
  /** Called once before the first change; safe to repeat. */
  announce(request: RolloutRequest, rolloutId: string): Promise<void>;
  /** @param announced whether the rollout began at all: one that never did has nothing on GitHub to close */
  record(
    request: RolloutRequest,
    rolloutId: string,
    startedAt: string,
    outcome: RolloutOutcome,
    announced: boolean,
  ): Promise<void>;
  /** Looks whether what came is what was foretold. It never fails: the rollout is over. */
  lookAfter(request: RolloutRequest): Promise<void>;
}

interface Steps {
  id: string;
  step<T>(name: string, run: () => Promise<T>): Promise<T>;
}

/**
 * The loop: observe, decide, act, again, until nothing is left to do; then record.
 * Each turn is durable, so a killed process goes on at the step in which it died.
 */
export async function rollOut(work: Steps, ports: RolloutPorts, request: RolloutRequest): Promise<RolloutOutcome> {
  const startedAt = await work.step("begin rollout", async () => new Date().toISOString());
  const { outcome, announced } = await reachEnd(work, ports, request);
  await work.step("record rollout", async () => {
    await ports.record(request, work.id, startedAt, outcome, announced);
    if (outcome.kind === "deployed" && announced) await ports.lookAfter(request);
  });
  return outcome;
}

interface Ending {
  outcome: RolloutOutcome;
  announced: boolean;
}

async function reachEnd(work: Steps, ports: RolloutPorts, request: RolloutRequest): Promise<Ending> {
  const learnt: Learnt[] = [];
  let announced = false;
  try {
    for (let turn = 1; ; turn++) {
      const seen = await work.step(`observe ${turn}`, () => observe(ports, request, learnt));
      const action = decide(request, seen);
      if (action.kind === "finish") return { outcome: action.outcome, announced };
      if (!announced) await work.step("announce rollout", () => ports.announce(request, work.id));
      announced = true;
      const fact =
        action.kind === "play-journey"
          ? await judgeByJourney(work, ports, request, { revision: action.revision, turn })
          : await work.step(`${action.kind} ${turn}`, () => act(ports, request, learnt, action));
      if (fact) learnt.push(fact);
    }
  } catch (error) {
    // The engine has tried for as long as it does: left without an end, the rollout would be told as under way for ever.
    const explanation = explanationOf(error);
    if (!explanation) throw error;
    return { outcome: { kind: "failed", explanation }, announced };
  }
}

async function observe(ports: RolloutPorts, request: RolloutRequest, learnt: readonly Learnt[]): Promise<Observation> {
  const [newestSha, revisions, quarantined] = await Promise.all([
    ports.fetchNewestSha(request.source),
    ports.fetchRevisions(request.kubeContext, request.namespace, request.releaseId),
    ports.findQuarantine(request.source.repository, request.releaseId, request.bundleDigest),
  ]);
  return { observedAt: new Date().toISOString(), newestSha, revisions, quarantined: quarantined ?? null, learnt: [...learnt] };
}

async function act(
  ports: RolloutPorts,
  request: RolloutRequest,
  learnt: readonly Learnt[],
  action: Exclude<Action, { kind: "finish" | "play-journey" }>,
): Promise<Learnt | null> {
  switch (action.kind) {
    case "upgrade":
      return upgrade(ports, request, learnt);
    case "wait-for-helm":
      await ports.waitForRevision(
        request.kubeContext,
        request.namespace,
        request.releaseId,
        action.revision,
        HELM_CALL_LIMIT_SECONDS,
      );
      return null;
    case "verify": {
      const explanation = await ports.verify(request);
      return explanation ? { kind: "unhealthy", explanation } : { kind: "verified" };
    }
  }
}

/**
 * Played once and told in a step of its own: nobody plays again because GitHub was away. Whether there is an exam is decided in the
 * step that would play, so whoever begins that step again, hours later perhaps, looks again.
 */
async function judgeByJourney(
  work: Steps,
  ports: RolloutPorts,
  request: RolloutRequest,
  { revision, turn }: { revision: number; turn: number },
): Promise<Learnt> {
  const answer = await work.step(`play-journey ${turn}`, () => ports.playJourney(request));
  if (answer.kind === "exam") return answer;
  const { report } = answer;
  const played = { rolloutId: work.id, revision, report };
  const page = await work
    .step(`tell journey ${turn}`, () => ports.tellJourney(request, played))
    .catch((error: unknown) => {
      // The release is what it is, whether GitHub takes the page or not; the records have it all the same.
      if (!explanationOf(error)) throw error;
      return undefined;
    });
  return learnFromJourney(report, page);
}

/** Looks once more just before the act: this step may be running a second time, after a crash in which Helm had already begun. */
async function upgrade(ports: RolloutPorts, request: RolloutRequest, learnt: readonly Learnt[]): Promise<Learnt | null> {
  const seen = await observe(ports, request, learnt);
  if (decide(request, seen).kind !== "upgrade") return null;
  try {
    const release = await ports.loadRelease(request.source, request.sha, request.releaseId);
    if (release.bundleDigest !== request.bundleDigest) return { kind: "helm-failed", explanation: planStale(request) };
    await ports.upgrade(release, request.sha, (seen.revisions.at(-1)?.revision ?? 0) + 1);
    return { kind: "upgraded" };
  } catch (error) {
    const mayPass = error instanceof ClusterError && error.canRetry;
    const explanation = explanationOf(error);
    if (mayPass || !explanation) throw error;
    return { kind: "helm-failed", explanation };
  }
}

function planStale(request: RolloutRequest): Explanation {
  return {
    code: "plan-stale",
    what: `${request.releaseId} was not deployed.`,
    why: "What would be deployed is no longer what was planned: Helm, Kubernetes or Campanile itself was changed in between.",
    fix: "Merge again, and a new plan is made.",
  };
}
