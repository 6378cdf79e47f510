import { openGitTree } from "../../app/adapters/git/git-tree.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { type FleetView, fleetView } from "../../app/validate/fleet-view.ts";
import { validate } from "../../app/validate/validate.ts";
import { type Commit, writeHistory } from "../../test/history/write-history.ts";
import type { Row } from "../bench.ts";
import { commonValues, makeFleet } from "./make-fleet.ts";

const CHANGES = 15;

/**
 * What a pull request that changes one file costs in a Campanile that is running: its tree is opened, read and judged beside its base.
 * Every change is another one and ends in a finding of its own, so that nothing can be remembered from the one before.
 */
export async function benchChanges(repository: string, hubs: number, targetMs: number): Promise<Row[]> {
  const { shas } = await writeHistory(repository, await makeChanges(hubs));
  const [baseSha = "", ...headShas] = shas;
  const base = await viewOf(repository, baseSha);
  validate({ head: base, base: undefined });
  const laps: { wallMs: number; cpuMs: number }[] = [];
  for (const [index, sha] of headShas.entries()) {
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    const found = validate({ head: await viewOf(repository, sha), base });
    const cpu = process.cpuUsage(cpuBefore);
    laps.push({ wallMs: performance.now() - startedAt, cpuMs: (cpu.user + cpu.system) / 1000 });
    if (!found.some(({ code, at }) => code === "memory-unit" && at.file === commonValues(index)))
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

async function viewOf(repository: string, sha: string): Promise<FleetView> {
  const { fleet, placeOfValue, findings } = await loadFleet(await openGitTree(repository, sha), sha);
  if (!fleet) throw new Error(`the fleet has faults: ${findings[0]?.what}`);
  return fleetView(fleet, placeOfValue);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
