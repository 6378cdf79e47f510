import { setTimeout as sleep } from "node:timers/promises";
import { DBOS, Error as durableErrors, type GetWorkflowsInput, type WorkflowStatus } from "@dbos-inc/dbos-sdk";
import type { Logger } from "pino";
import { ClusterError } from "../../domain/errors.ts";
import type { RolloutOutcome } from "../../domain/rollout.ts";
import type { DefaultBranchPushed, DeployEvent, PullRequestChanged } from "../../event/deploy-event.ts";
import type { DueJourney, DurableWork, HubDeployment, HubDeploymentResult } from "../../pipeline/durable-work.ts";
import type { RolloutRequest } from "../../rollout/roll-out.ts";
import type { Acceptance } from "../../webhook/receive-deliveries.ts";
import { asThrown } from "./as-thrown.ts";

/** The functions that survive a crash: each is begun once and carried on from its last finished step. */
export interface Workflows {
  preview(work: DurableWork, event: PullRequestChanged): Promise<void>;
  deploy(work: DurableWork, event: DefaultBranchPushed): Promise<void>;
  deployHub(work: DurableWork, input: HubDeployment): Promise<HubDeploymentResult>;
  rollOut(work: DurableWork, request: RolloutRequest): Promise<RolloutOutcome>;
  reconcile(work: DurableWork): Promise<void>;
  beginDueJourneys(work: DurableWork): Promise<void>;
  playDueJourney(work: DurableWork, journey: DueJourney): Promise<void>;
}

export interface DurableOptions {
  databaseUrl: string;
  /** Whose unfinished work is carried on at the start. */
  replicaId: string;
  reconcileMinutes: number;
  workflows: Workflows;
  log: Logger;
}

export interface DurableEngine {
  /** Stores the event under the delivery's GUID before it returns. A finished GUID does nothing, a failed one runs again. */
  accept(guid: string, event: DeployEvent): Promise<Exclude<Acceptance, "ignored">>;
  shutdown(): Promise<void>;
}

/**
 * Changes only when the order or the meaning of durable steps does: work is carried on by step number, so what another version
 * began is begun again by this one.
 */
const STEPS_VERSION = "3";

/** 2 s, 4 s ... 17 min in all: longer than most outages of GitHub, shorter than anybody's patience. */
const RETRY = {
  retriesAllowed: true,
  maxAttempts: 10,
  intervalSeconds: 2,
  backoffRate: 2,
  shouldRetry: (error: unknown) => error instanceof ClusterError && error.canRetry,
};
const POLL = { pollingIntervalMs: 200 };
const QUEUE_POLL_INTERVAL_MS = 100;
const SUPERSEDED_LOOK_INTERVAL_MS = 500;

/** One rollout at a time per release; this many side by side, so that one merge cannot take a cluster's API server. */
const ROLLOUTS_AT_ONCE = 8;
const PREVIEWS_AT_ONCE = 4;
/** Each takes a student's server for a minute; at the first class of the day they all come at once. */
const DUE_JOURNEYS_AT_ONCE = 4;

/** @see DBOS Transact: workflows, steps, partitioned queues and schedules on PostgreSQL */
export async function launchDurable(options: DurableOptions): Promise<DurableEngine> {
  const { workflows } = options;
  const rollOut = DBOS.registerWorkflow((request: RolloutRequest) => workflows.rollOut(work(), request), { name: "rollout" });
  const deployHub = DBOS.registerWorkflow((input: HubDeployment) => workflows.deployHub(work(), input), { name: "deploy-hub" });
  const preview = DBOS.registerWorkflow((event: PullRequestChanged) => workflows.preview(work(), event), { name: "preview" });
  const deploy = DBOS.registerWorkflow((event: DefaultBranchPushed) => workflows.deploy(work(), event), { name: "deploy" });
  const reconcile = DBOS.registerWorkflow((_scheduledAt: Date, _context: unknown) => workflows.reconcile(work()), {
    name: "reconcile",
  });
  const beginDueJourneys = DBOS.registerWorkflow((_scheduledAt: Date, _context: unknown) => workflows.beginDueJourneys(work()), {
    name: "begin-due-journeys",
  });
  const playDueJourney = DBOS.registerWorkflow((journey: DueJourney) => workflows.playDueJourney(work(), journey), {
    name: "play-due-journey",
  });

  function work(): DurableWork {
    const id = DBOS.workflowID;
    if (id === undefined) throw new Error("durable work was asked for outside a workflow");
    return {
      id,
      step: (name, run) => asThrown(DBOS.runStep(run, { name, ...RETRY })),
      sleepSeconds: (seconds) => DBOS.sleepSeconds(seconds),
      untilSuperseded: (signal) => untilSuperseded(id, signal),
      async deployHubs(inputs) {
        const handles = [];
        for (const input of inputs)
          handles.push(await DBOS.startWorkflow(deployHub, { workflowID: `${id}/${input.hub}` })(input));
        const results: HubDeploymentResult[] = [];
        const failures: unknown[] = [];
        for (const handle of handles) {
          await asThrown(handle.getResult(POLL)).then(
            (result) => results.push(result),
            (error) => failures.push(error),
          );
        }
        if (failures.length > 0) throw failures[0];
        return results;
      },
      async rollOut(request) {
        const handle = await DBOS.startWorkflow(rollOut, {
          workflowID: `${id}/${request.environment}`,
          queueName: "rollouts",
          enqueueOptions: { queuePartitionKey: request.releaseId },
        })(request);
        return asThrown(handle.getResult(POLL));
      },
      async beginJourneys(journeys) {
        for (const due of journeys) {
          const workflowID = `journey/${due.request.releaseId}/${due.dueAt}`;
          await DBOS.startWorkflow(playDueJourney, { workflowID, queueName: "due-journeys" })(due);
        }
      },
    };
  }

  DBOS.setConfig({
    name: "campanile",
    systemDatabaseUrl: options.databaseUrl,
    executorID: options.replicaId,
    applicationVersion: STEPS_VERSION,
    logger: dbosLogger(options.log),
    enableOTLP: false,
  });
  await DBOS.launch();
  await DBOS.registerQueue("rollouts", {
    partitionConcurrency: 1,
    globalConcurrency: ROLLOUTS_AT_ONCE,
    minPollingIntervalMs: QUEUE_POLL_INTERVAL_MS,
    onConflict: "always_update",
  });
  await DBOS.registerQueue("previews", {
    partitionConcurrency: 1,
    globalConcurrency: PREVIEWS_AT_ONCE,
    minPollingIntervalMs: QUEUE_POLL_INTERVAL_MS,
    onConflict: "always_update",
  });
  await DBOS.registerQueue("due-journeys", { globalConcurrency: DUE_JOURNEYS_AT_ONCE, onConflict: "always_update" });
  const schedule = `*/${options.reconcileMinutes} * * * *`;
  await DBOS.applySchedules([
    { scheduleName: "reconcile", workflowFn: reconcile, schedule },
    { scheduleName: "begin-due-journeys", workflowFn: beginDueJourneys, schedule },
  ]);
  await beginOlderWorkAgain(options.replicaId);
  for (const look of [reconcile, beginDueJourneys]) await DBOS.startWorkflow(look)(new Date(), undefined);

  async function start(workflowID: string, event: DeployEvent): Promise<void> {
    const params = { workflowID, workflowIDReusePolicy: "reject" } as const;
    if (event.kind === "pull-request-changed") {
      const enqueueOptions = { queuePartitionKey: `${event.source.repository}#${event.number}` };
      await DBOS.startWorkflow(preview, { ...params, queueName: "previews", enqueueOptions })(event);
    } else {
      await DBOS.startWorkflow(deploy, params)(event);
    }
  }

  return {
    async accept(guid, event) {
      try {
        await start(guid, event);
        return "queued";
      } catch (error) {
        if (!durableErrors.isWorkflowIDInUseError(error)) throw error;
        return (await runAgainIfFailed(guid)) ? "queued" : "duplicate";
      }
    },
    shutdown: () => DBOS.shutdown({ workflowCompletionTimeoutMS: 0 }),
  };
}

/** Work of the same partition comes one after another, so whatever waits there is newer. */
async function untilSuperseded(id: string, signal: AbortSignal): Promise<void> {
  const own = await DBOS.getWorkflowStatus(id);
  const query = { workflowName: own?.workflowName ?? "", status: "ENQUEUED" as const, loadInput: false, loadOutput: false };
  while (!signal.aborted) {
    const waiting = await DBOS.listWorkflows(query);
    if (waiting.some((each) => each.queuePartitionKey !== undefined && each.queuePartitionKey === own?.queuePartitionKey)) return;
    await sleep(SUPERSEDED_LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}

const FAILED = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED"] as const;
const hasFailed = ({ status }: WorkflowStatus) => FAILED.some((failed) => failed === status);

/** Parts that ended well keep their results. Those that failed run again before what waits for them, which would else find their old failure. */
async function runAgainIfFailed(guid: string): Promise<boolean> {
  const whole = await DBOS.getWorkflowStatus(guid);
  if (!whole || !hasFailed(whole)) return false;
  const parts = await DBOS.listWorkflows({ workflow_id_prefix: `${guid}/`, status: [...FAILED], sortDesc: true });
  for (const each of [...parts, whole]) await runAgain(each);
  return true;
}

/**
 * What another version left unfinished nobody would carry on, and a release's queue would wait for it. Every step looks before it
 * acts, so it is begun again. What a replica of that version may still be at is left to it.
 */
async function beginOlderWorkAgain(replicaId: string): Promise<void> {
  const query = {
    status: ["PENDING", "ENQUEUED"],
    loadInput: false,
    loadOutput: false,
    sortDesc: true,
  } satisfies GetWorkflowsInput;
  for (const each of await DBOS.listWorkflows(query)) {
    const isOurs = each.status === "ENQUEUED" || each.executorId === replicaId;
    if (each.applicationVersion === STEPS_VERSION || !isOurs) continue;
    await DBOS.cancelWorkflow(each.workflowID);
    await runAgain(each);
  }
}

async function runAgain({ workflowID, queueName, queuePartitionKey }: WorkflowStatus): Promise<void> {
  try {
    await DBOS.rewindWorkflow(workflowID, {
      applicationVersion: STEPS_VERSION,
      ...(queueName === undefined ? {} : { queueName }),
      ...(queuePartitionKey === undefined ? {} : { queuePartitionKey }),
    });
  } catch (error) {
    // Of two redeliveries at once, the second finds it at work already.
    const now = await DBOS.getWorkflowStatus(workflowID);
    if (!now || hasFailed(now)) throw error;
  }
}

function dbosLogger(log: Logger) {
  const child = log.child({ name: "durable" });
  const text = (entry: unknown) => (entry instanceof Error ? { err: entry } : { entry });
  return {
    info: (entry: unknown) => child.debug(text(entry)),
    debug: (entry: unknown) => child.trace(text(entry)),
    warn: (entry: unknown) => child.warn(text(entry)),
    error: (entry: unknown) => child.error(text(entry)),
  };
}
