import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { writeHistory } from "../../test/history/write-history.ts";
import type { Bench, Row } from "../bench.ts";
import { benchBacktest } from "./bench-backtest.ts";
import { benchChanges } from "./bench-changes.ts";
import { benchHelm } from "./bench-helm.ts";
import { makeFleet } from "./make-fleet.ts";

/** The size of DataHub: 27 hubs in two environments. */
const HUBS = 27;
const MANY_HUBS = 1_000;
const COLD_RUNS = 3;

/** How long it takes to judge a whole fleet, one change of it, and its history; beside Helm's own checks of the same values. */
export const benchValidate: Bench = async (say) => {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-bench-"));
  try {
    say("the whole fleet, from nothing");
    const cold = await benchCold(path.join(folder, "cold.git"));
    say("one-file changes");
    const changes = [
      ...(await benchChanges(path.join(folder, "some.git"), HUBS, 300)),
      ...(await benchChanges(path.join(folder, "many.git"), MANY_HUBS, 500)),
    ];
    say("a history");
    const backtest = await benchBacktest(path.join(folder, "history.git"), HUBS);
    say("Helm on the same values");
    const helm = await benchHelm(path.join(folder, "helm"), HUBS);
    return [...cold, ...changes, ...backtest, ...helm, ...ratios(cold, helm)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const coldRun = z.object({ wallMs: z.number(), cpuMs: z.number(), releases: z.literal(HUBS * 2) });

/** A process of its own, with its start and the loading of all code: what a person waits for at the terminal. */
async function benchCold(repository: string): Promise<Row[]> {
  const { shas } = await writeHistory(repository, [{ message: "fleet", files: await makeFleet(HUBS) }]);
  const runs: z.output<typeof coldRun>[] = [];
  for (let run = 0; run < COLD_RUNS; run++) {
    const script = path.join(import.meta.dirname, "cold-run.ts");
    const { stdout } = await execa(process.execPath, [
      "--disable-warning=ExperimentalWarning",
      script,
      repository,
      shas[0] ?? "",
    ]);
    runs.push(coldRun.parse(JSON.parse(stdout)));
  }
  const best = runs.reduce((a, b) => (a.wallMs < b.wallMs ? a : b));
  return [
    { key: "cold54Ms", what: "54 value sets, cold: a new process", value: best.wallMs, unit: "ms", target: 3_000 },
    { key: "cold54CpuMs", what: "… of it processor time", value: best.cpuMs, unit: "ms" },
  ];
}

function ratios(cold: readonly Row[], helm: readonly Row[]): Row[] {
  const own = cold[0]?.value ?? 0;
  return helm.map(({ key, what, value }) => ({
    key: key.replace(/Ms$/, "Ratio"),
    what: `${what}, as often as Campanile's cold run`,
    value: value / own,
    unit: "times",
  }));
}
