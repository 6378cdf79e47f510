import { unpackChart } from "../../app/adapters/charts/unpack-chart.ts";
import { openGitTree } from "../../app/adapters/git/git-tree.ts";
import { judgeChange, type Side } from "../../app/pipeline/judge-change.ts";
import { type Commit, writeHistory } from "../../test/history/write-history.ts";
import type { Row } from "../bench.ts";
import { commonValues, makeFleet } from "./make-fleet.ts";

const CHANGES = 15;

interface ChangesOptions {
  /** Where the repository is made. */
  repository: string;
  /** The packed chart that the fleet pins. */
  chart: string;
  hubs: number;
  targetMs: number;
}

/**
 * What a pull request that changes one file costs in a Campanile that is running: both trees are opened, read and judged,
 * with the schemas of the chart.
 * Every change is another one and ends in a finding of its own, so that nothing can be remembered from the one before.
 */
export async function benchChanges({ repository, chart, hubs, targetMs }: ChangesOptions): Promise<Row[]> {
  const { shas } = await writeHistory(repository, await makeChanges(hubs));
  const [baseSha = "", ...headShas] = shas;
  const open = async (sha: string): Promise<Side> => ({ tree: await openGitTree(repository, sha), sha });
  const judge = async (sha: string) =>
    judgeChange({ base: await open(baseSha), head: await open(sha), title: "Memory" }, { readChart: () => unpackChart(chart) });
  await judge(baseSha);
  const laps: { wallMs: number; cpuMs: number }[] = [];
  for (const [index, sha] of headShas.entries()) {
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    const { findings } = await judge(sha);
    const cpu = process.cpuUsage(cpuBefore);
    laps.push({ wallMs: performance.now() - startedAt, cpuMs: (cpu.user + cpu.system) / 1000 });
    if (!findings.some(({ code, at }) => code === "memory-unit" && at.file === commonValues(index)))
      throw new Error(`the fault of ${sha} was not found`);
  }
  const sets = hubs * 2;
  return [
    {
      key: `change${sets}Ms`,
      what: `One file changed in ${sets} value sets, warm`,
      value: median(laps.map(({ wallMs }) => wallMs)),
      unit: "ms",
      target: targetMs,
    },
    { key: `change${sets}CpuMs`, what: "… of it processor time", value: median(laps.map(({ cpuMs }) => cpuMs)), unit: "ms" },
  ];
}

async function makeChanges(hubs: number): Promise<Commit[]> {
  const files = await makeFleet(hubs);
  const changes = Array.from({ length: CHANGES }, (_, index): Commit => {
    const file = commonValues(index);
    const before = commonValues(index - 1);
    // The fault of the change before is mended again, as in a pull request of its own.
    const mended = index === 0 ? {} : { [before]: files[before] ?? "" };
    return {
      message: `change ${index}`,
      files: { ...mended, [file]: (files[file] ?? "").replace("limit: 2G", `limit: ${index + 3}Gi`) },
    };
  });
  return [{ message: "fleet", files }, ...changes];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
