import semver from "semver";
import type { Rule } from "../../rule.ts";

export const chartGoesBack: Rule = {
  code: "chart-goes-back",
  family: "changes",
  severity: "block",
  title: "A chart is not replaced by an older one",
  why: "A newer JupyterHub has changed its database, and an older one refuses it: the hub does not start. It happened where only an image was meant to change and the chart's line was taken from an old branch.",
  fix: "Keep the newer version. To go back on purpose, restore the hub's database from before the upgrade as well.",
  example: { base: { chartVersion: "1.2.0" }, fails: { chartVersion: "1.1.0" }, passes: { chartVersion: "1.2.1" } },
  check: ({ base, head }) =>
    head.releases.flatMap(({ id, config }) => {
      const before = base?.releases.find((release) => release.id === id)?.config.pins.hub;
      const { chart, version } = config.pins.hub;
      if (!before || before.chart !== chart || !semver.valid(before.version) || !semver.valid(version)) return [];
      if (semver.gte(version, before.version)) return [];
      const what = `The chart ${chart} goes back from ${before.version} to ${version}.`;
      return [{ at: { file: config.pinsFile, line: 1 }, what, release: id }];
    }),
};
