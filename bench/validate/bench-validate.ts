import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { packSampleCharts } from "../../app/local/seed/sample-artefacts.ts";
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
    const chart = path.join(folder, "hub.tgz");
    const [packed] = await packSampleCharts();
    await writeFile(chart, packed?.tgz ?? "");
    const charts = path.join(folder, "charts");
    await mkdir(charts);
    await writeFile(path.join(charts, `${packed?.name}-${packed?.version}.tgz`), packed?.tgz ?? "");
    // The back-test's threads keep charts where they would for a person.
    process.env.CAMPANILE_DATA_DIR = path.join(folder, "data");
    say("the whole fleet, from nothing");
    const cold = await benchCold(path.join(folder, "cold.git"), chart);
    say("one-file changes");
    const changes = [
      ...(await benchChanges({ repository: path.join(folder, "some.git"), chart, hubs: HUBS, targetMs: 300 })),
      ...(await benchChanges({ repository: path.join(folder, "many.git"), chart, hubs: MANY_HUBS, targetMs: 500 })),
    ];
    say("a history");
    const backtest = await benchBacktest(path.join(folder, "history.git"), charts, HUBS);
    say("Helm on the same values");
    const helm = await benchHelm(path.join(folder, "helm"), chart, HUBS);
    return [...cold, ...changes, ...backtest, ...helm, ...ratios(cold, helm)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const coldRun = z.object({ wallMs: z.number(), cpuMs: z.number(), releases: z.literal(HUBS * 2) });

/** A process of its own, with its start and the loading of all code: what a person waits for at the terminal. */
async function benchCold(repository: string, chart: string): Promise<Row[]> {
  const { shas } = await writeHistory(repository, [{ message: "fleet", files: await makeFleet(HUBS) }]);
  const runs: z.output<typeof coldRun>[] = [];
  for (let run = 0; run < COLD_RUNS; run++) {
    const script = path.join(import.meta.dirname, "cold-run.ts");
    const { stdout } = await execa(process.execPath, [
      "--disable-warning=ExperimentalWarning",
      script,
      repository,
      shas[0] ?? "",
      chart,
    ]);
    runs.push(coldRun.parse(JSON.parse(stdout)));
  }
  const best = runs.reduce((a, b) => (a.wallMs < b.wallMs ? a : b));
  return [
    { key: "cold54Ms", what: "54 value sets, cold: a new process", value: best.wallMs, unit: "ms", target: 3_000 },
    { key: "cold54CpuMs", what: "… of it processor time", value: best.cpuMs, unit: "ms" },
  ];
}

/** How often Campanile's cold run would fit into Helm's, by the clock and by processor time. */
function ratios(cold: readonly Row[], helm: readonly Row[]): Row[] {
  return helm.flatMap(({ key, value }) => {
    const isCpu = key.endsWith("CpuMs");
    const own = cold.find((row) => row.key === (isCpu ? "cold54CpuMs" : "cold54Ms"))?.value;
    const command = /^helm([A-Z][a-z]+)/.exec(key)?.[1]?.toLowerCase();
    const what = `helm ${command} beside Campanile, cold, by ${isCpu ? "processor time" : "the clock"}`;
    return own === undefined ? [] : [{ key: key.replace(/Ms$/, "Ratio"), what, value: value / own, unit: "times" as const }];
  });
}
