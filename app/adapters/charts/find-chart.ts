import { readdir } from "node:fs/promises";
import path from "node:path";
import { matchesRange, newestInRange } from "../../domain/chart/matches-range.ts";
import type { Mirrors } from "../../domain/chart/via-mirrors.ts";
import { noSuchVersion, unreachable } from "./chart-errors.ts";
import { entriesIn } from "./chart-index.ts";
import type { ChartSource, FoundChart } from "./chart-source.ts";
import { download, folderOf, type Mirrored, mirrored } from "./download.ts";
import { fetchFromRegistry, listRegistryTags } from "./oci-registry.ts";

const CHART_LIMIT_BYTES = 32 * 1024 * 1024;
const INDEX_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * The newest version that is asked for, in a chart repository, an OCI registry, or a folder that stands for either.
 * @throws {ClusterError | ConfigError}
 */
export async function findChart(source: ChartSource, mirrors: Mirrors): Promise<FoundChart> {
  const place = mirrored(source.repository.replace(/\/*$/, "/"), mirrors);
  const folder = folderOf(place);
  if (folder !== undefined) return findInFolder(source, folder, mirrors);
  return place.address.startsWith("oci://") ? findInRegistry(source, place) : findInRepository(source, place, mirrors);
}

async function findInRepository(source: ChartSource, place: Mirrored, mirrors: Mirrors): Promise<FoundChart> {
  const text = (await download({ ...place, address: `${place.address}index.yaml` }, INDEX_LIMIT_BYTES, source)).toString("utf8");
  return findInIndex(source, text, (url) => {
    const address = new URL(url, place.address).href;
    const other = mirrored(address, mirrors);
    return other.isTrusted || !address.startsWith(place.address) ? other : { ...place, address };
  });
}

function findInIndex(source: ChartSource, text: string, placeOf: (url: string) => Mirrored): FoundChart {
  const entries = entriesIn(text, source.chart);
  if (!entries) throw unreachable(source, "What it serves as index.yaml is no index of charts");
  const version = choose(
    source,
    entries.map((entry) => entry.version),
  );
  const entry = entries.find((each) => each.version === version);
  const [url] = entry?.urls ?? [];
  if (!entry || url === undefined) throw unreachable(source, "Its index tells no address of the chart");
  return {
    version,
    ...(entry.digest === undefined ? {} : { digest: `sha256:${entry.digest.replace(/^sha256:/, "")}` }),
    fetch: () => download(placeOf(url), CHART_LIMIT_BYTES, { ...source, version }),
  };
}

/** A mirror's folder: as a web server would have it with its index, or just packed charts. */
async function findInFolder(source: ChartSource, folder: string, mirrors: Mirrors): Promise<FoundChart> {
  const at = (file: string): Mirrored => ({ address: path.join(folder, file), isTrusted: true });
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreachable(source, "The folder that stands for it cannot be read", error);
  });
  if (names.includes("index.yaml")) {
    const text = (await download(at("index.yaml"), INDEX_LIMIT_BYTES, source)).toString("utf8");
    return findInIndex(source, text, (url) => {
      const file = url.split("/").at(-1) ?? "";
      return names.includes(file) ? at(file) : mirrored(url, mirrors);
    });
  }
  const begin = `${source.chart}-`;
  const packed = names.filter((name) => name.startsWith(begin) && name.endsWith(".tgz"));
  const version = choose(
    source,
    packed.map((name) => name.slice(begin.length, -".tgz".length)),
  );
  return { version, fetch: () => download(at(`${begin}${version}.tgz`), CHART_LIMIT_BYTES, source) };
}

async function findInRegistry(source: ChartSource, place: Mirrored): Promise<FoundChart> {
  const repository = { ...place, address: `${place.address}${source.chart}` };
  const isExact = /^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/.test(source.version);
  const version = isExact ? source.version : choose(source, await listRegistryTags(repository, source));
  return fetchFromRegistry(repository, { ...source, version }, CHART_LIMIT_BYTES);
}

/** Exactly the version where it is there, whatever the range would allow besides. */
function choose(source: ChartSource, versions: readonly string[]): string {
  const version = versions.find((each) => each === source.version) ?? newestInRange(versions, source.version);
  if (version === undefined || !(version === source.version || matchesRange(version, source.version)))
    throw noSuchVersion(source, versions);
  return version;
}
