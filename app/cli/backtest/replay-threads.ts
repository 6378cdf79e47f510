import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { HistoryState } from "../../adapters/git/read-history.ts";
import { ClusterError, type Explanation } from "../../domain/errors.ts";
import type { Layout } from "../../load/load-fleet.ts";
import type { ChartFlags } from "../charts/chart-flags.ts";
import type { StateVerdict } from "./state-verdict.ts";

/** How states are read, in a form that can be handed to a thread. */
export interface ReplayFlags extends ChartFlags {
  layout: Layout | "auto";
}

/** States from one to before another. */
export interface Stretch {
  from: number;
  to: number;
}

export type StretchAnswer = { kind: "verdicts"; verdicts: StateVerdict[] } | { kind: "could-not"; explanation: Explanation };

/** Long enough that loading the state before is little of it, short enough for progress and for an even end. */
const STRETCH_LIMIT = 50;

/** Threads that replay one history, on all cores. What each has parsed and judged stays with it until it is closed. */
export interface ReplayThreads {
  /**
   * @param wanted indexes of states, ascending
   * @param onVerdicts called for each stretch as it is done, in any order; its thread waits until they are kept
   */
  replay(wanted: readonly number[], onVerdicts: (verdicts: StateVerdict[]) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export function openReplayThreads(repositoryDir: string, states: readonly HistoryState[], flags: ReplayFlags): ReplayThreads {
  const workers: Worker[] = [];
  return {
    async replay(wanted, onVerdicts) {
      const stretches = stretchesOf(wanted);
      const threads = Math.min(availableParallelism(), stretches.length);
      while (workers.length < threads) workers.push(startWorker(repositoryDir, states, flags));
      const parts = workers.slice(0, threads).map((worker, index) => ({
        worker,
        // Each thread has its own part of the history, so that its next stretch begins where the last one ended.
        own: stretches.slice((stretches.length * index) / threads, (stretches.length * (index + 1)) / threads),
      }));
      await Promise.all(parts.map(({ worker, own }) => replayPart(worker, own, onVerdicts)));
    },
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}

async function replayPart(
  worker: Worker,
  stretches: readonly Stretch[],
  onVerdicts: (verdicts: StateVerdict[]) => Promise<void>,
): Promise<void> {
  for (const stretch of stretches) {
    worker.postMessage(stretch);
    // An error in the thread rejects this.
    const [answer] = (await once(worker, "message")) as [StretchAnswer];
    if (answer.kind === "could-not") throw new ClusterError({ ...answer.explanation, canRetry: false });
    await onVerdicts(answer.verdicts);
  }
}

function startWorker(repositoryDir: string, states: readonly HistoryState[], flags: ReplayFlags): Worker {
  return new Worker(new URL("./replay-worker.ts", import.meta.url), { workerData: { repositoryDir, states, flags } });
}

function stretchesOf(wanted: readonly number[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const index of wanted) {
    const last = stretches.at(-1);
    if (last && last.to === index && last.to - last.from < STRETCH_LIMIT) last.to = index + 1;
    else stretches.push({ from: index, to: index + 1 });
  }
  return stretches;
}
