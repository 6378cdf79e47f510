import semver from "semver";
import { ClusterError, ConfigError } from "../../domain/errors.ts";
import type { ChartSource } from "./chart-source.ts";

export function unreachable({ chart, version, repository }: ChartSource, why: string, cause?: unknown): ClusterError {
  return new ClusterError(
    {
      code: "chart-repository-unreachable",
      what: `The chart ${chart} ${version} could not be fetched from ${repository}.`,
      why: `${why}.`,
      fix: "Make sure that the chart repository answers, and try again; a pull request is looked at anew when it is reopened.",
      canRetry: true,
    },
    { cause },
  );
}

export function refusedAddress({ chart, version, repository }: ChartSource, address: string): ConfigError {
  const host = URL.canParse(address) ? new URL(address).origin : "an address that cannot be read";
  return new ConfigError({
    code: "chart-address",
    what: `The chart ${chart} ${version} was not fetched from ${repository}.`,
    why: `That leads to ${host}: Campanile asks only public addresses with https:// that a pull request names.`,
    fix: "Whoever runs Campanile can name a mirror for this repository, which may be anywhere.",
  });
}

export function noSuchVersion({ chart, version, repository }: ChartSource, versions: readonly string[]): ConfigError {
  const newest = semver.rsort(versions.filter((each) => semver.valid(each))).slice(0, 5);
  return new ConfigError({
    code: "chart-version-missing",
    what: `${repository} has no chart ${chart} ${version}.`,
    why: newest.length === 0 ? `It has no chart named ${chart} at all.` : `The newest it has: ${newest.join(", ")}.`,
    fix: "Correct the version, or publish the chart first.",
  });
}

export function wrongDigest({ chart, version }: ChartSource, found: string, expected: string): ConfigError {
  return new ConfigError({
    code: "chart-digest",
    what: `The chart ${chart} ${version} is not the one that was pinned.`,
    why: `Its digest is ${found}, the pin says ${expected}: somebody published other content under the same version.`,
    fix: "Find out which of the two was reviewed. If the new one is right, pin its digest.",
  });
}
