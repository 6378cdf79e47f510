import { createHash } from "node:crypto";
import { ConfigError } from "../../domain/errors.ts";
import type { Finding } from "../../domain/finding.ts";
import type { ChartPin } from "../../domain/hub.ts";
import { blame } from "../blame.ts";
import { readChart } from "../chart/read-chart.ts";
import type { ConfigTree } from "../config-tree.ts";
import { readFile } from "../read-file.ts";
import type { YamlFile } from "../read-yaml.ts";

/** A chart in the fleet's own repository. */
export interface LoadedChart {
  pin: ChartPin;
  /** Its `values.yaml`, which all its releases start from; absent when it has none. */
  defaults: YamlFile | undefined;
}

/** Reads a chart that lies unpacked in the repository, with faults of its `values.yaml` like those of any values file. */
export async function readChartFolder(
  tree: ConfigTree,
  files: ReadonlySet<string>,
  folder: string,
): Promise<{ chart: LoadedChart | undefined; findings: Finding[] }> {
  const valuesFile = `${folder}/values.yaml`;
  const values = files.has(valuesFile) ? await readFile(tree, valuesFile, "values") : undefined;
  const findings = values?.findings ?? [];
  if (values && !values.file) return { chart: undefined, findings };
  try {
    return { chart: { pin: await pinOf(tree, files, folder), defaults: values?.file?.yaml }, findings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { explanation, at } = error;
    return {
      chart: undefined,
      findings: [...findings, blame({ line: 1, ...at, file: `${folder}/${at?.file ?? "Chart.yaml"}` }, explanation)],
    };
  }
}

async function pinOf(tree: ConfigTree, files: ReadonlySet<string>, folder: string): Promise<ChartPin> {
  const below = `${folder}/`;
  const paths = [...files].filter((file) => file.startsWith(below)).sort();
  const contents = new Map<string, Buffer>();
  for (const path of paths) contents.set(path.slice(below.length), await tree.readFile(path));
  const { chart, locked } = readChart(contents, folder);
  return {
    chart: chart.name,
    version: chart.version,
    repository: `file://${folder}`,
    digest: digestOf(contents),
    folder: { path: folder, files: contents, chart, locked },
  };
}

/** Of all files with their names. Dependencies are named in them, so another version of one is another digest. */
function digestOf(contents: ReadonlyMap<string, Buffer>): string {
  const hash = createHash("sha256");
  for (const [path, content] of contents) hash.update(`${path}\0${content.byteLength}\0`).update(content);
  return `sha256:${hash.digest("hex")}`;
}
