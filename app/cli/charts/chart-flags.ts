import { homedir } from "node:os";
import path from "node:path";
import type { Command } from "commander";
import { createChartStore, type FetchesCharts } from "../../adapters/charts/chart-store.ts";
import { ConfigError } from "../../domain/errors.ts";

export interface ChartFlags {
  mirror: string[];
  offline?: boolean;
}

/** How charts are had, for every command that needs them. */
export function addChartFlags(command: Command): Command {
  return command
    .option(
      "--mirror <address=instead>",
      "read charts of this address from another one or from a folder; may be given several times",
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option("--offline", "fetch no charts: what needs them is not judged");
}

/** @returns undefined when nothing may be fetched */
export function openCharts({ mirror, offline = false }: ChartFlags): FetchesCharts | undefined {
  const mirrors = Object.fromEntries(mirror.map(parseMirror));
  return offline ? undefined : createChartStore({ cacheDir: cacheDir(), mirrors });
}

/** The server's own, so that what one of them fetched the other has. */
function cacheDir(): string {
  return process.env.CAMPANILE_DATA_DIR ?? path.join(homedir(), ".local", "share", "campanile");
}

function parseMirror(written: string): [string, string] {
  const [, address, instead] = /^([a-z][a-z0-9+.-]*:\/\/[^=]+)=(.+)$/.exec(written) ?? [];
  if (address !== undefined && instead !== undefined) return [address, instead];
  throw new ConfigError({
    code: "mirror",
    what: `The mirror "${written}" cannot be read.`,
    why: "It names an address of charts, and after an equals sign what to read instead.",
    fix: "Write --mirror https://charts.example/=./charts, or another address after the equals sign.",
  });
}
