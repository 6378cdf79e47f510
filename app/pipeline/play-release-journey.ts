import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "../domain/errors.ts";
import { type ExamWindow, examAt } from "../domain/exam-window.ts";
import type { Fleet } from "../domain/hub.ts";
import type { EventSource } from "../event/deploy-event.ts";
import type { JourneyAnswer, JourneyReport, StepReport } from "../journey/journey.ts";
import type { JourneyPlan } from "../journey/plan.ts";
import { playJourney } from "../journey/play-journey.ts";
import type { JourneyPorts } from "../journey/ports.ts";
import type { ConfigTree } from "../load/config-tree.ts";
import { loadFleet } from "../load/load-fleet.ts";
import { type JudgePorts, readCharts } from "./judge-change.ts";
import { planJourney } from "./plan-journey.ts";

/** A release, and the commit by whose files it is judged. JSON: it is kept with the workflow. */
export interface JourneyRequest {
  source: EventSource;
  sha: string;
  /** The commit whose `journey` is played, where it is newer than what runs: the course goes on while nothing is deployed. */
  journeySha?: string;
  releaseId: string;
  kubeContext: string;
  namespace: string;
  environment: string;
  /** Absent for a journey that no rollout asked for. */
  deployId?: string;
}

/** What a journey through a release needs from outside. */
export interface ReleaseJourneyPorts extends Pick<JudgePorts, "readChart"> {
  now(): Date;
  fetchCommits(source: EventSource, shas: readonly string[]): Promise<void>;
  openTree(source: EventSource, treeish: string): Promise<ConfigTree>;
  /** Lets the redactor know what is encrypted in the release's files: another process may have deployed it. */
  learnSecrets(source: EventSource, sha: string, releaseId: string): Promise<void>;
  /** A hub as the probe reaches it. */
  openHub(plan: JourneyPlan, place: { context: string; namespace: string }): JourneyPorts;
  /** Called at the end of each step. */
  noteStep(releaseId: string, step: StepReport): void;
  recordJourney(repository: string, deployId: string | undefined, report: JourneyReport): Promise<void>;
}

/** Longer than the budgets of all steps together. */
const LIMIT_MS = 15 * 60_000;
/** A proxy that starts anew, a node on its way: so often it is played before people are asked. */
const TRIES = 3;
const PAUSE_MS = 20_000;

/**
 * Plays a student's journey through a release, and keeps what each try saw; none while students sit an exam there.
 * @returns the first report that says how the release is, else the last one
 */
export async function playReleaseJourney(ports: ReleaseJourneyPorts, request: JourneyRequest): Promise<JourneyAnswer> {
  const exam = await findExam(ports, request);
  if (exam) return { kind: "exam", exam };
  await ports.learnSecrets(request.source, request.sha, request.releaseId);
  const plan = await planFor(ports, request);
  const { kubeContext: context, namespace, deployId } = request;
  for (let tries = 1; ; tries++) {
    const signal = AbortSignal.timeout(LIMIT_MS);
    const onStep = (step: StepReport) => ports.noteStep(request.releaseId, step);
    const report = await playJourney(plan, ports.openHub(plan, { context, namespace }), { signal, onStep });
    await ports.recordJourney(request.source.repository, deployId, report);
    if (report.outcome !== "could-not-tell" || tries === TRIES) return { kind: "played", report };
    await sleep(PAUSE_MS);
  }
}

/** By the calendars of the newer commit, because an exam that was moved since is where it is now; by the other's where it has faults. */
async function findExam(ports: ReleaseJourneyPorts, request: JourneyRequest): Promise<ExamWindow | undefined> {
  const { source, sha, journeySha = sha, releaseId, environment } = request;
  await ports.fetchCommits(source, [...new Set([sha, journeySha])]);
  const { fleet: newer } = await loadFleet(await ports.openTree(source, journeySha), journeySha);
  const fleet = newer ?? (await loadFleet(await ports.openTree(source, sha), sha)).fleet;
  const hub = fleet?.hubs.find(({ name }) => `${name}-${environment}` === releaseId);
  return fleet && hub && examAt(fleet, { hub: hub.name, environment }, ports.now());
}

async function planFor(ports: ReleaseJourneyPorts, request: JourneyRequest): Promise<JourneyPlan> {
  const { source, sha, journeySha = sha, releaseId, environment } = request;
  await ports.fetchCommits(source, [...new Set([sha, journeySha])]);
  const { fleet: deployed, placeOfValue } = await loadFleet(await ports.openTree(source, sha), sha);
  const fleet = deployed && journeySha !== sha ? await withJourneysOf(ports, deployed, source, journeySha) : deployed;
  const hub = fleet?.hubs.find(({ name }) => `${name}-${environment}` === releaseId);
  const { charts } = await readCharts(fleet, ports.readChart);
  const plan = fleet && hub && planJourney(fleet, placeOfValue, { hub: hub.name, environment }, charts);
  if (plan) return plan;
  throw new ClusterError({
    code: "no-address",
    what: `Nobody says where students reach ${releaseId}.`,
    why: "A student's journey begins at the address that students use.",
    fix: "Write url under the environment in hub.yaml, or ingress.hosts in the values.",
    canRetry: false,
  });
}

async function withJourneysOf(ports: ReleaseJourneyPorts, fleet: Fleet, source: EventSource, sha: string): Promise<Fleet> {
  const newer = (await loadFleet(await ports.openTree(source, sha), sha)).fleet?.hubs ?? [];
  const hubs = fleet.hubs.map((hub) => {
    const journey = newer.find(({ name }) => name === hub.name)?.journey;
    return journey ? { ...hub, journey } : hub;
  });
  return { ...fleet, hubs };
}
