import { createHash } from "node:crypto";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { matchesRange } from "../../domain/chart/matches-range.ts";
import type { Mirrors } from "../../domain/chart/via-mirrors.ts";
import type { ChartFolder, ChartPin } from "../../domain/hub.ts";
import { wrongDigest } from "./chart-errors.ts";
import type { ChartSource } from "./chart-source.ts";
import { gzipStored, packTar } from "./deterministic-archive.ts";
import { findChart } from "./find-chart.ts";
import { unpackChart } from "./unpack-chart.ts";

export interface ChartStoreOptions {
  cacheDir: string;
  /** Prefix of a repository's address -> what to read instead: an address or a folder. */
  mirrors: Mirrors;
}

export interface FetchesCharts {
  /** @returns the path of the packed chart, whose digest is the pinned one */
  fetchChart(pin: ChartPin): Promise<string>;
  /** @returns what the chart says of its values, by path below its folder */
  readChart(pin: ChartPin): Promise<ReadonlyMap<string, Buffer>>;
}

/**
 * Charts by digest: fetched once, checked, kept for good. A chart repository can be away once its charts are here.
 * A chart that lies in the fleet's repository is packed with the dependencies it names, each of which is kept in the same way.
 */
export function createChartStore({ cacheDir, mirrors }: ChartStoreOptions): FetchesCharts {
  const inFlight = new Map<string, Promise<string>>();
  const fileOf = (digest: string) => path.join(cacheDir, "charts", `${digest.replace("sha256:", "")}.tgz`);

  function once(digest: string, get: () => Promise<Buffer>): Promise<string> {
    const known = inFlight.get(digest);
    if (known) return known;
    const fetching = keep(fileOf(digest), get).finally(() => inFlight.delete(digest));
    inFlight.set(digest, fetching);
    return fetching;
  }

  async function fetchPinned(pin: ChartPin): Promise<Buffer> {
    const found = await findChart(pin, mirrors);
    return checked(pin, await found.fetch(), pin.digest);
  }

  /** A dependency has no digest in the files; the one that was seen first for an exact version is remembered. */
  async function fetchDependency(source: ChartSource): Promise<{ version: string; content: Buffer }> {
    const known = await findRemembered(cacheDir, source);
    if (known && (await isPresent(fileOf(known.digest))))
      return { version: known.version, content: await readFile(fileOf(known.digest)) };
    const found = await findChart(source, mirrors);
    const fetched = await found.fetch();
    const content = found.digest === undefined ? fetched : checked({ ...source, version: found.version }, fetched, found.digest);
    const digest = digestOf(content);
    await once(digest, async () => content);
    if (found.version === source.version) await remember(cacheDir, source, { version: found.version, digest });
    return { version: found.version, content };
  }

  async function packFolder(folder: ChartFolder): Promise<Buffer> {
    const { chart, files } = folder;
    const packed = new Map([...files].map(([file, content]) => [`${chart.name}/${file}`, content]));
    for (const source of missingDependencies(folder)) {
      const { version, content } = await fetchDependency(source);
      packed.set(`${chart.name}/charts/${source.chart}-${version}.tgz`, content);
    }
    return gzipStored(packTar(packed));
  }

  const fetchChart = (pin: ChartPin) => once(pin.digest, () => (pin.folder ? packFolder(pin.folder) : fetchPinned(pin)));
  return { fetchChart, readChart: async (pin) => unpackChart(await fetchChart(pin)) };
}

/** What the chart names and does not hold; a version that its lock file chose counts where it still fits. */
function missingDependencies({ chart, files, locked }: ChartFolder): ChartSource[] {
  const isInside = (name: string) =>
    chart.subcharts.some((each) => each.name === name) || [...files.keys()].some((file) => file.startsWith(`charts/${name}-`));
  const sources = (chart.dependencies ?? []).flatMap(({ name, version, repository = "" }): ChartSource[] => {
    if (isInside(name) || repository === "") return [];
    const chosen = locked.get(name);
    return [{ chart: name, repository, version: chosen !== undefined && matchesRange(chosen, version) ? chosen : version }];
  });
  return [...new Map(sources.map((source) => [`${source.chart} ${source.version}`, source])).values()];
}

async function keep(file: string, get: () => Promise<Buffer>): Promise<string> {
  if (await isPresent(file)) return file;
  await writeWhole(file, await get());
  return file;
}

/** Written aside and moved, so that nobody ever reads half of it. */
async function writeWhole(file: string, content: Buffer | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.${performance.now()}`;
  await writeFile(fresh, content);
  await rename(fresh, file).catch(async (error) => {
    await rm(fresh, { force: true });
    throw error;
  });
}

const rememberedSchema = z.object({ version: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) });
type Remembered = z.output<typeof rememberedSchema>;

function rememberedFile(cacheDir: string, { repository, chart, version }: ChartSource): string {
  const name = createHash("sha256")
    .update(JSON.stringify([repository, chart, version]))
    .digest("hex");
  return path.join(cacheDir, "charts", "versions", `${name}.json`);
}

async function findRemembered(cacheDir: string, source: ChartSource): Promise<Remembered | undefined> {
  const text = await readFile(rememberedFile(cacheDir, source), "utf8").catch(() => undefined);
  return text === undefined ? undefined : rememberedSchema.safeParse(JSON.parse(text)).data;
}

async function remember(cacheDir: string, source: ChartSource, found: Remembered): Promise<void> {
  await writeWhole(rememberedFile(cacheDir, source), JSON.stringify(found));
}

function checked(source: ChartSource, content: Buffer, expected: string): Buffer {
  const found = digestOf(content);
  if (found !== expected) throw wrongDigest(source, found, expected);
  return content;
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

async function isPresent(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
