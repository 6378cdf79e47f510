import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { packSampleCharts } from "../../app/local/seed/sample-artefacts.ts";
import { treeOf } from "../../test/load/config-trees.ts";
import { ensureTools } from "../../tools/install-tools.ts";
import type { Row } from "../bench.ts";
import { makeFleet } from "./make-fleet.ts";

const CORES = 2;

/** The peer: `helm lint` and `helm template` of each value set, as many at once as we have cores. Secrets are given by their shape. */
export async function benchHelm(folder: string, hubs: number): Promise<Row[]> {
  const { helm } = await ensureTools(["helm"]);
  const sets = await writeSets(folder, hubs);
  const [chart] = await packSampleCharts();
  if (!chart) throw new Error("the sample has no chart");
  const packed = path.join(folder, "hub.tgz");
  await writeFile(packed, chart.tgz);
  const run = async (args: (values: string[]) => string[]) => {
    const limit = pLimit(CORES);
    const startedAt = performance.now();
    await Promise.all(sets.map((files) => limit(() => execa(helm, args(files.flatMap((file) => ["--values", file]))))));
    return performance.now() - startedAt;
  };
  const lintMs = await run((values) => ["lint", "--quiet", ...values, "--", packed]);
  const templateMs = await run((values) => ["template", "--kube-version", "1.36.3", ...values, "--", "bench", packed]);
  return [
    { key: "helmLint54Ms", what: "helm lint of each of the 54 sets, two at once", value: lintMs, unit: "ms" },
    { key: "helmTemplate54Ms", what: "helm template of each of the 54 sets, two at once", value: templateMs, unit: "ms" },
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
