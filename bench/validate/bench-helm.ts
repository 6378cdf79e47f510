import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { treeOf } from "../../test/load/config-trees.ts";
import { ensureTools } from "../../tools/install-tools.ts";
import type { Row } from "../bench.ts";
import { childrenCpuMs } from "../children-cpu.ts";
import { makeFleet } from "./make-fleet.ts";

const CORES = 2;

/** The peer: `helm lint` and `helm template` of each value set, as many at once as we have cores. Secrets are given by their shape. */
export async function benchHelm(folder: string, chart: string, hubs: number): Promise<Row[]> {
  const { helm } = await ensureTools(["helm"]);
  const sets = await writeSets(folder, hubs);
  const run = async (command: string, args: (values: string[]) => string[]): Promise<Row[]> => {
    const limit = pLimit(CORES);
    const cpuBefore = await childrenCpuMs();
    const startedAt = performance.now();
    await Promise.all(sets.map((files) => limit(() => execa(helm, args(files.flatMap((file) => ["--values", file]))))));
    const wallMs = performance.now() - startedAt;
    const cpuAfter = await childrenCpuMs();
    const key = `helm${command[0]?.toUpperCase()}${command.slice(1)}54`;
    const what = `helm ${command} of each of the 54 sets, ${CORES} at once`;
    return [
      { key: `${key}Ms`, what, value: wallMs, unit: "ms" },
      ...(cpuBefore === undefined || cpuAfter === undefined
        ? []
        : [{ key: `${key}CpuMs`, what: "… of it processor time", value: cpuAfter - cpuBefore, unit: "ms" } as const]),
    ];
  };
  return [
    ...(await run("lint", (values) => ["lint", "--quiet", ...values, "--", chart])),
    ...(await run("template", (values) => ["template", "--kube-version", "1.36.3", ...values, "--", "bench", chart])),
  ];
}

/** @returns the values files of each set, lowest layer first */
async function writeSets(folder: string, hubs: number): Promise<string[][]> {
  await mkdir(folder, { recursive: true });
  const { fleet } = await loadFleet(treeOf(await makeFleet(hubs)), "0".repeat(40));
  const environments = fleet?.hubs.flatMap((hub) => hub.environments) ?? [];
  return Promise.all(
    environments.map((environment, set) =>
      Promise.all(
        environment.valueLayers.map(async (layer, index) => {
          const file = path.join(folder, `${set}-${index}.json`);
          await writeFile(file, JSON.stringify(layer.kind === "plain" ? layer.values : layer.shape));
          return file;
        }),
      ),
    ),
  );
}
