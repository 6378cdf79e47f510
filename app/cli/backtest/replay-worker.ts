import { parentPort, workerData } from "node:worker_threads";
import type { HistoryState } from "../../adapters/git/read-history.ts";
import { explanationOf } from "../../domain/errors.ts";
import { openCharts } from "../charts/chart-flags.ts";
import { createReplayer } from "./replay-states.ts";
import type { ReplayFlags, Stretch, StretchAnswer } from "./replay-threads.ts";

// A thread of `replay-threads.ts`: it is given stretches of the history one after the other and answers each with its verdicts.
const { repositoryDir, states, flags } = workerData as { repositoryDir: string; states: HistoryState[]; flags: ReplayFlags };
const replayer = createReplayer(repositoryDir, states, { layout: flags.layout, readChart: openCharts(flags)?.readChart });
const port = parentPort;
if (!port) throw new Error("replay-worker.ts is for a thread");

port.on("message", async (stretch: Stretch) => port.postMessage(await answer(stretch)));

/** Errors lose their class on the way out of a thread; what they explain does not. */
async function answer({ from, to }: Stretch): Promise<StretchAnswer> {
  try {
    return { kind: "verdicts", verdicts: await replayer.replay(from, to) };
  } catch (error) {
    const explanation = explanationOf(error);
    if (!explanation) throw error;
    return { kind: "could-not", explanation };
  }
}
