import { ClusterError } from "../domain/errors.ts";
import { NoAnswer, UnexpectedStatus } from "../domain/hub-errors.ts";
import { classify } from "./classify.ts";
import { type JourneyReport, type Outcome, outcomeOf, type StepName, type StepReport } from "./journey.ts";
import type { Circumstances, Told } from "./judge/told.ts";
import type { JourneyPlan } from "./plan.ts";
import type { HubSight, JourneyPorts, PodSight } from "./ports.ts";
import { type CrashedPod, Met, type Sight } from "./sight.ts";
import { STEPS, type Step, stepsToPlay } from "./steps.ts";
import { createTraveller, type Traveller } from "./traveller.ts";

export interface JourneyOptions {
  /** Only these and what they need; all when none are named. */
  steps?: readonly StepName[];
  /** Ends the journey early; what it left is still cleared away. */
  signal: AbortSignal;
  /** Called at the end of each step. */
  onStep?(report: StepReport): void;
}

/**
 * Plays the student's journey through one hub, once. A step that did not end well does not stop those that can do without it, so
 * that one journey tells all that is wrong. Whatever happens, the last step clears away what the others left.
 */
export async function playJourney(plan: JourneyPlan, ports: JourneyPorts, options: JourneyOptions): Promise<JourneyReport> {
  const startedAt = ports.player.startedAt;
  const traveller = createTraveller(plan, ports);
  const wanted = stepsToPlay(options.steps ?? []);
  const reports: StepReport[] = [];
  let mistake: unknown;
  for (const step of STEPS) {
    // After a mistake of our own only the last step is played.
    if (mistake !== undefined && step.name !== "clean-up") continue;
    try {
      const report = await reportOf(step, { traveller, wanted, reports, signal: options.signal });
      reports.push(report);
      options.onStep?.(report);
    } catch (error) {
      mistake ??= error;
    }
  }
  if (mistake !== undefined) throw mistake;
  return { release: plan.release, user: plan.user, startedAt, outcome: outcomeOf(reports), steps: reports };
}

interface Course {
  traveller: Traveller;
  wanted: ReadonlySet<StepName>;
  reports: readonly StepReport[];
  signal: AbortSignal;
}

async function reportOf(step: Step, { traveller, wanted, reports, signal }: Course): Promise<StepReport> {
  const { name, title, budgetSeconds } = step;
  const told = { step: name, title, budgetSeconds, latencyMs: 0, evidence: [] };
  if (!wanted.has(name)) return { ...told, outcome: { kind: "not-asked", says: "other steps were asked for" } };
  const skipped = step.skip?.(traveller.plan);
  if (skipped !== undefined) return { ...told, outcome: { kind: "not-asked", says: skipped } };
  const missing = reports.find((report) => step.needs.includes(report.step) && report.outcome.kind !== "works");
  if (missing) return { ...told, outcome: { kind: "not-reached", says: `it needs the step ${missing.step}` } };
  const begunAt = performance.now();
  // The last step is played to its end, or what was started would stay.
  const limits = [AbortSignal.timeout(budgetSeconds * 1000), ...(name === "clean-up" ? [] : [signal])];
  traveller.beginStep(AbortSignal.any(limits));
  const outcome = await playStep(step, traveller, signal);
  return { ...told, outcome, latencyMs: Math.round(performance.now() - begunAt), evidence: traveller.takeEvidence() };
}

async function playStep(step: Step, traveller: Traveller, ended: AbortSignal): Promise<Outcome> {
  try {
    return { kind: "works", says: await step.play(traveller) };
  } catch (error) {
    const { acting = traveller, profile } = traveller;
    const sight = sightOf(error, step, acting, ended);
    if (!sight && error instanceof ClusterError) return { kind: "could-not-tell", explanation: error.explanation };
    if (!sight) throw error;
    const told = classify(sight, await lookAround(sight, acting));
    if (acting !== traveller && sight.kind !== "home-shared") return under(`For another user, ${acting.plan.user}`, told);
    return profile === undefined ? told : under(`With the profile “${profile}”`, told);
  }
}

/** Which of several it was. */
function under(which: string, told: Told): Told {
  return { ...told, explanation: { ...told.explanation, what: `${which}: ${told.explanation.what}` } };
}

/** @returns nothing for a mistake of our own, which stays loud */
function sightOf(
  error: unknown,
  { name, budgetSeconds }: Step,
  { signal, doing }: Traveller,
  ended: AbortSignal,
): Sight | undefined {
  if (error instanceof Met) return error.sight;
  if (error instanceof NoAnswer) return { kind: "no-answer", doing, why: error.message };
  if (error instanceof UnexpectedStatus) return { kind: "status", doing, status: error.status, text: error.text };
  if (!signal.aborted) return undefined;
  return ended.aborted && name !== "clean-up" ? { kind: "ended" } : { kind: "over-budget", seconds: budgetSeconds, doing };
}

/** The cluster may be what is in trouble; then nobody says what its pods do. */
async function lookAround(sight: Sight, { ports, plan, note }: Traveller): Promise<Circumstances> {
  let pods: HubSight | undefined;
  let log = "";
  try {
    pods = await ports.cluster.look();
    const crashed = crashedIn(sight);
    if (crashed) pods = { ...pods, server: crashed.pod };
    for (const pod of [pods.hub, pods.proxy, pods.server]) if (pod) note("pod", describePod(pod));
    const told = whoseLog(sight, pods);
    if (told) log = crashed && told === crashed.pod ? crashed.log : ports.redact(await ports.cluster.fetchLog(told));
    if (log !== "") note("log", log.split("\n").slice(-LOG_LINES).join("\n"));
  } catch (error) {
    note("pod", `the cluster was asked and did not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { user: plan.user, pods, log };
}

function crashedIn(sight: Sight): CrashedPod | undefined {
  if (sight.kind === "pod-stuck") return sight;
  return sight.kind === "spawn-failed" ? sight.crashed : undefined;
}

/** The rest helps to find the cause, and is not evidence. */
const LOG_LINES = 20;

function describePod({ name, phase, isReady, restarts, lastEnding, events }: PodSight): string {
  const state = `${name} ${phase}, ${isReady ? "ready" : "not ready"}, ${restarts} restarts`;
  return [state, ...(lastEnding === undefined ? [] : [lastEnding]), ...events].join("\n");
}

/** A server that does not start is told by its own log, unless the hub is what is in trouble. */
function whoseLog({ kind }: Sight, { hub, server }: HubSight): PodSight | undefined {
  const isOfServer = kind === "spawn-failed" || kind === "pod-stuck";
  if (isOfServer && hub?.isReady) return server;
  return isOfServer || kind === "no-answer" || kind === "status" || kind === "probe-missing" ? hub : undefined;
}
