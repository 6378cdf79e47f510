import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { gzipStored, packTar } from "../../adapters/charts/deterministic-archive.ts";

export interface PackedChart {
  name: string;
  version: string;
  description: string;
  /** `sha256:` and 64 hex digits of `tgz`; the same on every machine. */
  digest: string;
  tgz: Buffer;
}

const chartFile = z.looseObject({ name: z.string(), version: z.string(), description: z.string() });

/**
 * Packs a chart as `helm package` would, but always to the same bytes.
 * @param dependencyFolders charts that it depends on, vendored under `charts/`
 */
export async function packChart(folder: string, dependencyFolders: readonly string[] = []): Promise<PackedChart> {
  const chart = chartFile.parse(parse(await readFile(join(folder, "Chart.yaml"), "utf8")));
  const files = await readChart(folder, chart.name);
  for (const dependency of dependencyFolders) {
    const { name } = chartFile.parse(parse(await readFile(join(dependency, "Chart.yaml"), "utf8")));
    for (const [path, content] of await readChart(dependency, `${chart.name}/charts/${name}`)) files.set(path, content);
  }
  const tgz = gzipStored(packTar(files));
  const digest = `sha256:${createHash("sha256").update(tgz).digest("hex")}`;
  return { name: chart.name, version: chart.version, description: chart.description, digest, tgz };
}

/** Hidden files are the editor's and the system's, never the chart's. */
async function readChart(folder: string, prefix: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.split(sep).some((part) => part.startsWith(".")));
  const contents = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  return new Map(paths.map((path, index) => [`${prefix}/${path.split(sep).join("/")}`, contents[index] ?? Buffer.alloc(0)]));
}
