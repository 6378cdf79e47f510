import { homedir } from "node:os";
import path from "node:path";
import type { Command } from "commander";
import { createChartStore, type FetchesCharts } from "../../adapters/charts/chart-store.ts";
import type { Mirrors } from "../../domain/chart/via-mirrors.ts";
import { ConfigError } from "../../domain/errors.ts";

export interface MirrorFlag {
  mirror: string[];
}

export interface ChartFlags extends MirrorFlag {
  offline?: boolean;
}

/** How charts are had, for every command that can do without. */
export function addChartFlags(command: Command): Command {
  return addMirrorFlag(command).option("--offline", "fetch no charts: what needs them is not judged");
}

/** How charts are had, for a command that needs them. */
export function addMirrorFlag(command: Command): Command {
  return command.option(
    "--mirror <address=instead>",
    "read charts of this address from another one or from a folder; may be given several times",
    (value: string, all: string[]) => [...all, value],
    [],
  );
}

/** @returns undefined when nothing may be fetched */
export function openCharts({ offline = false, ...flags }: ChartFlags): FetchesCharts | undefined {
  const charts = createCharts(flags);
  return offline ? undefined : charts;
}

export function createCharts(flags: MirrorFlag): FetchesCharts {
  return createChartStore({ cacheDir: cacheDir(), mirrors: mirrorsOf(flags) });
}

/** A registry's address begins with `oci://`, for its charts and its images. */
export function mirrorsOf({ mirror }: MirrorFlag): Mirrors {
  return Object.fromEntries(mirror.map(parseMirror));
}

/** The server's own, so that what one of them fetched the other has. */
export function cacheDir(): string {
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
