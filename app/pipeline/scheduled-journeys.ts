import { lastDue } from "../domain/cron.ts";
import { type Explanation, explanationOf } from "../domain/errors.ts";
import { examAt } from "../domain/exam-window.ts";
import type { HubJourney } from "../domain/hub.ts";
import { journeyIn } from "../domain/journey-in.ts";
import type { EventSource } from "../event/deploy-event.ts";
import type { JourneyAnswer, JourneyReport } from "../journey/journey.ts";
import type { ConfigTree } from "../load/config-tree.ts";
import { loadFleet } from "../load/load-fleet.ts";
import { releasesOf } from "../plan/releases-of.ts";
import { couldNotPlay, journeyCheckName } from "../report/journey-check.ts";
import type { HelmRevision } from "../rollout/observation.ts";
import type { DueJourney, DurableWork } from "./durable-work.ts";
import type { JourneyRequest } from "./play-release-journey.ts";
import { type TellJourneyPorts, tellJourney } from "./tell-journey.ts";

/** What journeys by the clock need from outside. */
export interface ScheduledJourneysPorts extends TellJourneyPorts {
  helmVersion: string;
  now(): Date;
  fetchCommits(source: EventSource, shas: readonly string[]): Promise<void>;
  openTree(source: EventSource, treeish: string): Promise<ConfigTree>;
  /** Plays a student's journey through the release, and keeps its evidence; none during an exam. */
  playJourney(request: JourneyRequest): Promise<JourneyAnswer>;
  /** @returns undefined where the App is not installed on the fleet's repository */
  findSource(): Promise<EventSource | undefined>;
  fetchBranchHead(source: EventSource, branch: string): Promise<string>;
  fetchRevisions(kubeContext: string, namespace: string, releaseName: string): Promise<HelmRevision[]>;
  /** Ids of the releases whose rollout was begun and has not ended. */
  findMovingReleases(repository: string): Promise<Set<string>>;
  /** When the last journey through each release began, by the release's id. */
  findLastJourneys(repository: string): Promise<Map<string, { startedAt: Date }>>;
}

/** One that could not be played for so long, because Campanile was away, is left to the next time: the class has begun. */
const STARTING_DEADLINE_MS = 60 * 60_000;

/**
 * Begins each journey whose time has come since the last one through its release, whoever asked for that. None is begun during an exam:
 * one that is still due when it ends is begun then.
 */
export async function beginDueJourneys(work: DurableWork, ports: ScheduledJourneysPorts): Promise<void> {
  const due = await work.step("find due journeys", () => findDue(ports, ports.now()));
  await work.beginJourneys(due);
}

async function findDue(ports: ScheduledJourneysPorts, now: Date): Promise<DueJourney[]> {
  const source = await ports.findSource();
  if (!source) return [];
  const sha = await ports.fetchBranchHead(source, source.defaultBranch);
  await ports.fetchCommits(source, [sha]);
  const { fleet, mode } = await loadFleet(await ports.openTree(source, sha), sha);
  if (!fleet || mode === "observe") return [];
  const last = await ports.findLastJourneys(source.repository);
  return releasesOf(fleet, ports.helmVersion).flatMap((release) => {
    const dueAt = dueTime(journeyIn(fleet, release.hub, release.environment), now);
    const startedAt = last.get(release.id)?.startedAt;
    if (!dueAt || (startedAt && startedAt >= dueAt)) return [];
    if (examAt(fleet, release, now)) return [];
    const { id: releaseId, namespace, environment, cluster } = release;
    const request = { source, sha, releaseId, kubeContext: cluster.context, namespace, environment };
    return [{ request, dueAt: dueAt.toISOString() }];
  });
}

function dueTime(journey: HubJourney | undefined, now: Date): Date | undefined {
  const due = journey?.schedule && lastDue(journey.schedule, now);
  return due && now.getTime() - due.getTime() < STARTING_DEADLINE_MS ? due : undefined;
}

/**
 * Plays one journey and tells of it on the default branch's newest commit, where whoever comes by sees it.
 * A release that was never deployed, or is being deployed, is left alone: its rollout plays a journey of its own.
 */
export async function playDueJourney(work: DurableWork, ports: ScheduledJourneysPorts, { request }: DueJourney): Promise<void> {
  const end = await judge(work, ports, request);
  if (!end) return;
  await work.step("tell", async () => {
    const { source, releaseId } = request;
    const headSha = await ports.fetchBranchHead(source, source.defaultBranch);
    if (end.kind === "played")
      return tellJourney(ports, { source, headSha, workId: work.id, report: end.report, occasion: { kind: "clock" } });
    const { repository, installationId } = source;
    const place = { repository, installationId, headSha, name: journeyCheckName(releaseId), externalId: work.id };
    const { conclusion, ...output } = couldNotPlay(releaseId, end.explanation);
    return ports.addCheck(place, conclusion, output);
  });
}

type End = { kind: "played"; report: JourneyReport } | { kind: "not-played"; explanation: Explanation };

/** @returns undefined where there is nothing to tell */
async function judge(work: DurableWork, ports: ScheduledJourneysPorts, request: JourneyRequest): Promise<End | undefined> {
  try {
    const before = await work.step("find what runs", () => whatRuns(ports, request));
    if (!before) return undefined;
    const played = { ...request, sha: before.sha ?? request.sha, journeySha: request.sha };
    const answer = await work.step("play journey", () => ports.playJourney(played));
    if (answer.kind === "exam") return undefined;
    // A hub that was deployed in the middle of it was seen as nobody will see it again.
    const after = await work.step("see whether it still runs", () => whatRuns(ports, request));
    return after?.revision === before.revision ? { kind: "played", report: answer.report } : undefined;
  } catch (error) {
    const explanation = explanationOf(error);
    if (!explanation) throw error;
    return { kind: "not-played", explanation };
  }
}

interface Running {
  revision: number;
  sha: string | null;
}

async function whatRuns(ports: ScheduledJourneysPorts, request: JourneyRequest): Promise<Running | null> {
  const { source, kubeContext, namespace, releaseId } = request;
  const moving = await ports.findMovingReleases(source.repository);
  const last = (await ports.fetchRevisions(kubeContext, namespace, releaseId)).at(-1);
  if (moving.has(releaseId) || last?.status !== "deployed") return null;
  return { revision: last.revision, sha: last.sha ?? null };
}
