import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { HistoryState } from "../../adapters/git/read-history.ts";
import { ClusterError, type Explanation } from "../../domain/errors.ts";
import type { StateVerdict } from "./state-verdict.ts";

/** States from one to before another. */
export interface Stretch {
  from: number;
  to: number;
}

export type StretchAnswer = { kind: "verdicts"; verdicts: StateVerdict[] } | { kind: "could-not"; explanation: Explanation };

/** Long enough that loading the state before is little of it, short enough for progress and for an even end. */
const STRETCH_LIMIT = 50;

/**
 * Replays the wanted states on all cores. Neighbours share nearly all their files, so a thread is given stretches and not states.
 * @param wanted indexes of states, ascending
 * @param onVerdicts called for each stretch as it is done, in any order; the next is not begun before it is kept
 */
export async function replayInParallel(
  repositoryDir: string,
  states: readonly HistoryState[],
  wanted: readonly number[],
  onVerdicts: (verdicts: StateVerdict[]) => Promise<void>,
): Promise<void> {
  const stretches = stretchesOf(wanted);
  const threads = Math.min(availableParallelism(), stretches.length);
  const workers = Array.from({ length: threads }, () => startWorker(repositoryDir, states));
  try {
    await Promise.all(
      workers.map(async (worker, index) => {
        // Each thread has its own part of the history, so that its next stretch begins where the last one ended.
        const own = stretches.slice((stretches.length * index) / threads, (stretches.length * (index + 1)) / threads);
        for (const stretch of own) {
          worker.postMessage(stretch);
          // An error in the thread rejects this.
          const [answer] = (await once(worker, "message")) as [StretchAnswer];
          if (answer.kind === "could-not") throw new ClusterError({ ...answer.explanation, canRetry: false });
          await onVerdicts(answer.verdicts);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function startWorker(repositoryDir: string, states: readonly HistoryState[]): Worker {
  return new Worker(new URL("./replay-worker.ts", import.meta.url), { workerData: { repositoryDir, states } });
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
