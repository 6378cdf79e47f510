import { createHash } from "node:crypto";
import type { ChartPin } from "../hub.ts";

/** Prefix of an address of charts -> what is read instead. */
export type Mirrors = Readonly<Record<string, string>>;

/**
 * Where the longest prefix that fits leads.
 * @returns undefined when none fits
 */
export function redirect(address: string, mirrors: Mirrors): string | undefined {
  const prefix = Object.keys(mirrors)
    .filter((each) => address.startsWith(each))
    .sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return undefined;
  const instead = mirrors[prefix] ?? "";
  const rest = address.slice(prefix.length);
  // A prefix is often written with its last slash, and what stands for it without, or the other way round.
  const isGlued = rest !== "" && prefix.endsWith("/") && !instead.endsWith("/");
  return `${instead}${isGlued ? "/" : ""}${rest}`;
}

/**
 * The same pin, as if its files had named the mirrors of the fleet. What is fetched is held to the pinned digest all the same, and
 * an address that the fleet names is no more trusted for being a mirror. A folder has no digests of what it depends on, so with
 * mirrors it is another chart: what one branch reads from elsewhere is never taken for what another branch reads.
 */
export function viaMirrors(pin: ChartPin, mirrors: Mirrors | undefined): ChartPin {
  if (mirrors === undefined) return pin;
  const instead = (repository: string) => redirect(repository.replace(/\/*$/, "/"), mirrors) ?? repository;
  const { folder } = pin;
  if (!folder) return { ...pin, repository: instead(pin.repository) };
  const dependencies = (folder.chart.dependencies ?? []).map((each) =>
    each.repository === undefined ? each : { ...each, repository: instead(each.repository) },
  );
  const repositories = dependencies.map(({ repository }) => repository);
  if (folder.chart.dependencies?.every(({ repository }, index) => repository === repositories[index]) ?? true) return pin;
  const digest = createHash("sha256")
    .update(JSON.stringify([pin.digest, repositories]))
    .digest("hex");
  return { ...pin, digest: `sha256:${digest}`, folder: { ...folder, chart: { ...folder.chart, dependencies } } };
}
