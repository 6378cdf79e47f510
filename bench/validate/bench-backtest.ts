import { readHistory } from "../../app/adapters/git/read-history.ts";
import { openReplayThreads } from "../../app/cli/backtest/replay-threads.ts";
import { writeHistory } from "../../test/history/write-history.ts";
import type { Row } from "../bench.ts";
import { makeHistory } from "./make-history.ts";

const MERGES = 1_000;

/** States a second, with the schemas of the pinned chart, on all cores: first with nothing known, then with every file of the history parsed and every hub seen before. */
export async function benchBacktest(repository: string, charts: string, hubs: number): Promise<Row[]> {
  await writeHistory(repository, await makeHistory(hubs, MERGES));
  const states = await readHistory(repository, "staging", "");
  const threads = openReplayThreads(repository, states, {
    layout: "auto",
    mirror: [`https://charts.campanile.example/=${charts}`],
  });
  try {
    const replayAll = async () => {
      let faults = 0;
      await threads.replay([...states.keys()], async (verdicts) => {
        for (const { state } of verdicts) faults += state.length;
      });
      if (faults === 0) throw new Error("the history's faults were not found");
    };
    const cold = await measure(replayAll);
    const warm = await measure(replayAll);
    const row = (key: string, what: string, seconds: number): Row => ({
      key,
      what,
      value: states.length / seconds,
      unit: "a second",
    });
    return [
      row("backtestColdPerSecond", `States of a history of ${states.length}, cold`, cold.wallSeconds),
      row("backtestColdPerCpuSecond", "… by processor time of one core", cold.cpuSeconds),
      { ...row("backtestWarmPerSecond", "States of it, warm", warm.wallSeconds), target: 200 },
      row("backtestWarmPerCpuSecond", "… by processor time of one core", warm.cpuSeconds),
    ];
  } finally {
    await threads.close();
  }
}

/** Threads of this process count; what git does is little. */
async function measure(work: () => Promise<void>): Promise<{ wallSeconds: number; cpuSeconds: number }> {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallSeconds: (performance.now() - startedAt) / 1000, cpuSeconds: (user + system) / 1e6 };
}
