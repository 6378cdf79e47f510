import { createHash } from "node:crypto";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import pRetry from "p-retry";
import semver from "semver";
import { parse } from "yaml";
import { z } from "zod";
import { ClusterError, ConfigError } from "../../domain/errors.ts";
import type { ChartPin } from "../../domain/hub.ts";
import { unpackChart } from "./unpack-chart.ts";

const TIME_LIMIT_MS = 15_000;
/** After 1 s and 2 s: what lasts longer is told, because somebody waits for a check. */
const TRY_AGAIN = { retries: 2, minTimeout: 1_000, factor: 2 };
const CHART_LIMIT_BYTES = 32 * 1024 * 1024;
const INDEX_LIMIT_BYTES = 64 * 1024 * 1024;

export interface ChartStoreOptions {
  cacheDir: string;
  /** Prefix of a repository's address -> what to read instead. */
  mirrors: Record<string, string>;
}

export interface FetchesCharts {
  /** @returns the path of the packed chart, whose digest is the pinned one */
  fetchChart(pin: ChartPin): Promise<string>;
  /** @returns what the chart says of its values, by path below its folder */
  readChart(pin: ChartPin): Promise<ReadonlyMap<string, Buffer>>;
}

const indexSchema = z.object({
  entries: z.record(z.string(), z.array(z.object({ version: z.string(), urls: z.array(z.string()).min(1) }))),
});

/** Charts by digest: fetched once, checked, kept for good. A chart repository can be away once its charts are here. */
export function createChartStore(options: ChartStoreOptions): FetchesCharts {
  const inFlight = new Map<string, Promise<string>>();

  async function fetchOnce(pin: ChartPin, file: string): Promise<string> {
    if (await isPresent(file)) return file;
    const content = await pRetry(async () => download(await addressOf(pin, options.mirrors), CHART_LIMIT_BYTES, pin), {
      ...TRY_AGAIN,
      shouldRetry: ({ error }) => error instanceof ClusterError && error.canRetry,
    });
    const found = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    if (found !== pin.digest) throw wrongDigest(pin, found);
    await mkdir(path.dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}.${performance.now()}`;
    await writeFile(fresh, content);
    await rename(fresh, file).catch(async (error) => {
      await rm(fresh, { force: true });
      throw error;
    });
    return file;
  }

  const store: FetchesCharts = {
    readChart: async (pin) => unpackChart(await store.fetchChart(pin)),

    fetchChart(pin) {
      const known = inFlight.get(pin.digest);
      if (known) return known;
      const file = path.join(options.cacheDir, "charts", `${pin.digest.replace("sha256:", "")}.tgz`);
      const fetching = fetchOnce(pin, file).finally(() => inFlight.delete(pin.digest));
      inFlight.set(pin.digest, fetching);
      return fetching;
    },
  };
  return store;
}

async function addressOf(pin: ChartPin, mirrors: Record<string, string>): Promise<string> {
  const base = mirrored(pin.repository, mirrors).replace(/\/*$/, "/");
  const text = (await download(`${base}index.yaml`, INDEX_LIMIT_BYTES, pin)).toString("utf8");
  const index = indexSchema.safeParse(parse(text, { maxAliasCount: 0 }));
  if (!index.success) throw unreachable(pin, "What it serves as index.yaml is no index of charts");
  const versions = index.data.entries[pin.chart] ?? [];
  const url = versions.find((entry) => entry.version === pin.version)?.urls[0];
  if (url === undefined)
    throw noSuchVersion(
      pin,
      versions.map((entry) => entry.version),
    );
  return mirrored(new URL(url, base).href, mirrors);
}

function mirrored(address: string, mirrors: Record<string, string>): string {
  const prefix = Object.keys(mirrors)
    .filter((each) => address.startsWith(each))
    .sort((a, b) => b.length - a.length)[0];
  return prefix === undefined ? address : `${mirrors[prefix]}${address.slice(prefix.length)}`;
}

async function download(url: string, limitBytes: number, pin: ChartPin): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
    if (!response.ok || !response.body) throw unreachable(pin, `It answered ${response.status}`);
    for await (const chunk of response.body) {
      bytes += chunk.byteLength;
      if (bytes > limitBytes) throw unreachable(pin, `It sent more than ${limitBytes / 1024 / 1024} MiB`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ClusterError ? error : unreachable(pin, `It did not answer${networkWord(error)}`, error);
  }
  return Buffer.concat(chunks);
}

/** What went wrong below HTTP, such as ECONNREFUSED; fetch itself says "fetch failed" of everything. */
function networkWord(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error.name === "TimeoutError") return ` within ${TIME_LIMIT_MS / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? ` (${cause.code})` : "";
}

async function isPresent(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function unreachable(pin: ChartPin, why: string, cause?: unknown): ClusterError {
  return new ClusterError(
    {
      code: "chart-repository-unreachable",
      what: `The chart ${pin.chart} ${pin.version} could not be fetched from ${pin.repository}.`,
      why: `${why}.`,
      fix: "Make sure that the chart repository answers. Then close and reopen the pull request, or merge again, and Campanile looks anew.",
      canRetry: true,
    },
    { cause },
  );
}

function noSuchVersion(pin: ChartPin, versions: string[]): ConfigError {
  const newest = semver.rsort(versions.filter((version) => semver.valid(version))).slice(0, 5);
  return new ConfigError({
    code: "chart-version-missing",
    what: `${pin.repository} has no chart ${pin.chart} ${pin.version}.`,
    why: newest.length === 0 ? `It has no chart named ${pin.chart} at all.` : `The newest it has: ${newest.join(", ")}.`,
    fix: "Correct the pin, or publish the chart first.",
  });
}

function wrongDigest(pin: ChartPin, found: string): ConfigError {
  return new ConfigError({
    code: "chart-digest",
    what: `The chart ${pin.chart} ${pin.version} is not the one that was pinned.`,
    why: `Its digest is ${found}, the pin says ${pin.digest}: the pin is mistyped, or somebody published other content under the same version.`,
    fix: "Find out which of the two was reviewed. If the published one is right, pin its digest.",
  });
}
