import { z } from "zod";
import type { DeployedRelease, DeployProgress, ReleaseState } from "../../domain/deploy-progress.ts";
import type { Explanation } from "../../domain/errors.ts";
import type { RolloutOutcome } from "../../domain/rollout.ts";
import type { JourneyOutcome, JourneyReport } from "../../journey/journey.ts";
import type { Store } from "./open-store.ts";

export interface DeployRecord {
  id: string;
  repository: string;
  sha: string;
  pullRequests: number[];
  planned: DeployedRelease[];
}

export interface RolloutRecord {
  id: string;
  deployId: string;
  repository: string;
  releaseId: string;
  environment: string;
  sha: string;
  bundleDigest: string;
  outcome: RolloutOutcome;
  startedAt: Date;
}

export interface LastJourney {
  outcome: JourneyOutcome;
  startedAt: Date;
}

/** Who did what and what was seen. Everything is written once; writing it again changes nothing. */
export interface DeployRecords {
  recordDeploy(record: DeployRecord): Promise<void>;
  recordProgress(deployId: string, releaseId: string, state: ReleaseState): Promise<void>;
  recordRollout(record: RolloutRecord): Promise<void>;
  /**
   * Keeps what a journey saw, step by step; a rollout that was broken off in the middle of one has another.
   * @param deployId undefined for one that was played by the clock
   */
  recordJourney(repository: string, deployId: string | undefined, report: JourneyReport): Promise<void>;
  /** The last journey through each release, by the release's id. */
  findLastJourneys(repository: string): Promise<Map<string, LastJourney>>;
  /** @returns undefined for a deploy that was not recorded */
  findProgress(deployId: string): Promise<DeployProgress | undefined>;
  loadProgress(deployId: string): Promise<DeployProgress>;
  /** Ids of the releases whose newest rollout was begun and has not ended; one that broke off counts for a day. */
  findMovingReleases(repository: string): Promise<Set<string>>;
  /** How the last rollout of this bundle to this release failed; undefined if it never ran or ended well. */
  findQuarantine(repository: string, releaseId: string, bundleDigest: string): Promise<Explanation | undefined>;
}

/** Rows come from our own hand, but a restored or edited database is still outside data. */
const explanationSchema = z.object({ code: z.string(), what: z.string(), why: z.string(), fix: z.string() });
const newsSchema = z.object({
  outcome: z.enum(["works", "broken", "could-not-tell"]),
  seconds: z.number(),
  page: z.string().exactOptional(),
  explanation: explanationSchema.exactOptional(),
});
const examSchema = z.object({ summary: z.string(), endsAt: z.string(), file: z.string(), line: z.number() });
const stateSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("waiting") }),
  z.object({ kind: z.literal("rolling-out") }),
  z.object({
    kind: z.literal("deployed"),
    revision: z.number(),
    journey: newsSchema.exactOptional(),
    exam: examSchema.exactOptional(),
  }),
  z.object({ kind: z.literal("superseded"), bySha: z.string() }),
  z.object({
    kind: z.literal("failed"),
    explanation: explanationSchema,
    revision: z.number().exactOptional(),
    page: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal("quarantined"), explanation: explanationSchema }),
  z.object({ kind: z.literal("not-started"), because: z.string() }),
]);
const plannedSchema = z.array(
  z.object({
    releaseId: z.string(),
    hub: z.string(),
    hubTitle: z.string(),
    environment: z.string(),
    url: z.string().exactOptional(),
    reasons: z.array(z.string()),
  }),
);

interface ProgressRow {
  release_id: string;
  state: unknown;
  at: Date;
  began_at: Date;
}

export function createDeployRecords(store: Store): DeployRecords {
  async function findProgress(deployId: string): Promise<DeployProgress | undefined> {
    const [deploy] = await store.query<{ sha: string; pull_requests: number[]; planned: unknown; started_at: Date }>(
      "select sha, pull_requests, planned, started_at from deploy where id = $1",
      [deployId],
    );
    if (!deploy) return undefined;
    const rows = await store.query<ProgressRow>(
      `select distinct on (release_id) release_id, state, at, min(at) over (partition by release_id) as began_at
       from deploy_progress where deploy_id = $1 order by release_id, sequence desc`,
      [deployId],
    );
    const byRelease = new Map(rows.map((row) => [row.release_id, row]));
    return {
      sha: deploy.sha,
      pullRequests: deploy.pull_requests,
      startedAt: deploy.started_at,
      releases: plannedSchema
        .parse(deploy.planned)
        .map((release) => ({ ...release, ...progressOf(byRelease.get(release.releaseId)) })),
    };
  }

  return {
    findProgress,

    async recordDeploy({ id, repository, sha, pullRequests, planned }) {
      await store.query(
        "insert into deploy (id, repository, sha, pull_requests, planned) values ($1, $2, $3, $4, $5) on conflict do nothing",
        [id, repository, sha, pullRequests, JSON.stringify(planned)],
      );
    },

    async recordProgress(deployId, releaseId, state) {
      const step = state.kind === "rolling-out" ? "begin" : "end";
      await store.query(
        "insert into deploy_progress (deploy_id, release_id, step, state) values ($1, $2, $3, $4) on conflict do nothing",
        [deployId, releaseId, step, JSON.stringify(state)],
      );
    },

    async recordRollout(record) {
      const { id, deployId, repository, releaseId, environment, sha, bundleDigest, outcome, startedAt } = record;
      await store.query(
        `insert into rollout (id, deploy_id, repository, release_id, environment, sha, bundle_digest, outcome, started_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
        [id, deployId, repository, releaseId, environment, sha, bundleDigest, JSON.stringify(outcome), startedAt],
      );
    },

    async recordJourney(repository, deployId, report) {
      const { release, startedAt, outcome } = report;
      await store.query(
        `insert into journey (repository, deploy_id, release_id, started_at, outcome, report) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing`,
        [repository, deployId ?? null, release, startedAt, outcome, JSON.stringify(report)],
      );
    },

    async findLastJourneys(repository) {
      const rows = await store.query<{ release_id: string; outcome: JourneyOutcome; started_at: Date }>(
        `select distinct on (release_id) release_id, outcome, started_at from journey
         where lower(repository) = lower($1) order by release_id, started_at desc`,
        [repository],
      );
      return new Map(rows.map(({ release_id, outcome, started_at }) => [release_id, { outcome, startedAt: started_at }]));
    },

    async loadProgress(deployId) {
      const progress = await findProgress(deployId);
      if (!progress) throw new Error(`no record of deploy ${deployId}`);
      return progress;
    },

    async findMovingReleases(repository) {
      const rows = await store.query<{ release_id: string }>(
        `select release_id from (
           select distinct on (release_id) release_id, step from deploy_progress join deploy on deploy.id = deploy_id
           where repository = $1 and at > now() - interval '1 day' order by release_id, sequence desc
         ) as newest where step = 'begin'`,
        [repository],
      );
      return new Set(rows.map((row) => row.release_id));
    },

    // A failure before Helm wrote a revision says nothing about the bundle: a key or a right was missing, and may be there by now.
    async findQuarantine(repository, releaseId, bundleDigest) {
      const [last] = await store.query<{ outcome: unknown }>(
        `select outcome from rollout where repository = $1 and release_id = $2 and bundle_digest = $3
         and outcome->>'kind' in ('deployed', 'failed') and outcome ? 'revision'
         order by finished_at desc limit 1`,
        [repository, releaseId, bundleDigest],
      );
      const outcome = stateSchema.optional().parse(last?.outcome);
      return outcome?.kind === "failed" ? outcome.explanation : undefined;
    },
  };
}

function progressOf(row: ProgressRow | undefined): { state: ReleaseState; at?: Date; startedAt?: Date } {
  if (!row) return { state: { kind: "waiting" } };
  return { state: stateSchema.parse(row.state), at: row.at, startedAt: row.began_at };
}
