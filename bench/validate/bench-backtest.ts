import { readHistory } from "../../app/adapters/git/read-history.ts";
import { openReplayThreads } from "../../app/cli/backtest/replay-threads.ts";
import { writeHistory } from "../../test/history/write-history.ts";
import type { Row } from "../bench.ts";
import { makeHistory } from "./make-history.ts";

const MERGES = 1_000;

/** States a second on all cores: first with nothing known, then with every file of the history parsed and every hub seen before. */
export async function benchBacktest(repository: string, hubs: number): Promise<Row[]> {
  await writeHistory(repository, await makeHistory(hubs, MERGES));
  const startedAt = performance.now();
  const states = await readHistory(repository, "staging", "");
  const threads = openReplayThreads(repository, states);
  try {
    const replayAll = async () => {
      let faults = 0;
      await threads.replay([...states.keys()], async (verdicts) => {
        for (const { state } of verdicts) faults += state.length;
      });
      if (faults === 0) throw new Error("the history's faults were not found");
    };
    await replayAll();
    const coldSeconds = (performance.now() - startedAt) / 1000;
    const warmAt = performance.now();
    await replayAll();
    const warmSeconds = (performance.now() - warmAt) / 1000;
    return [
      {
        key: "backtestColdPerSecond",
        what: `States of a history of ${states.length}, cold`,
        value: states.length / coldSeconds,
        unit: "a second",
      },
      {
        key: "backtestWarmPerSecond",
        what: "States of it, warm",
        value: states.length / warmSeconds,
        unit: "a second",
        target: 200,
      },
    ];
  } finally {
    await threads.close();
  }
}
