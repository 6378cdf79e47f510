import semver from "semver";
import type { Rule } from "../../rule.ts";

export const chartMajor: Rule = {
  code: "chart-major",
  family: "changes",
  severity: "warn",
  title: "A major step of a chart is taken on purpose",
  why: "A major step renames values and changes the hub's database. One such upgrade had fifteen hubs' values refused one by one for a week.",
  fix: "Read the chart's notes on what breaks, try it on one hub's staging first, and take the step outside of class hours.",
  example: { base: { chartVersion: "1.2.0" }, fails: { chartVersion: "2.0.0" }, passes: { chartVersion: "1.3.0" } },
  check: ({ base, head }) =>
    head.releases.flatMap(({ id, config }) => {
      const before = base?.releases.find((release) => release.id === id)?.config.pins.hub;
      const { chart, version } = config.pins.hub;
      if (!before || before.chart !== chart || !semver.valid(before.version) || !semver.valid(version)) return [];
      if (semver.major(version) <= semver.major(before.version)) return [];
      const what = `The chart ${chart} takes a major step, from ${before.version} to ${version}.`;
      return [{ at: { file: config.pinsFile, line: 1 }, what, release: id }];
    }),
};
