import semver from "semver";
import { jupyterhubChart } from "../../jupyterhub-versions.ts";
import { forEachChange, type Rule } from "../../rule.ts";

export const chartGoesBack: Rule = {
  code: "chart-goes-back",
  family: "changes",
  severity: "block",
  title: "A chart is not replaced by an older one",
  why: "A newer JupyterHub has changed its database, and an older one refuses it: the hub does not start. It happened where only an image was meant to change and the chart's line was taken from an old branch.",
  fix: "Keep the newer version. To go back on purpose, restore the hub's database from before the upgrade as well.",
  runbook: "chart-back",
  example: { base: { chartVersion: "1.2.0" }, fails: { chartVersion: "1.1.0" }, passes: { chartVersion: "1.2.1" } },
  check: forEachChange((before, after) => {
    const [old, now] = [before.config.pins.hub, after.config.pins.hub];
    const pairs =
      old.chart === now.chart
        ? [
            // A chart in the fleet's own repository has a version that nobody raises.
            ...(now.folder ? [] : [{ chart: now.chart, from: old.version, to: now.version }]),
            { chart: "jupyterhub", from: jupyterhubChart(before)?.version, to: jupyterhubChart(after)?.version },
          ]
        : [];
    const each = new Map(pairs.map((pair) => [pair.chart, pair]));
    return [...each.values()].flatMap(({ chart, from, to }) => {
      if (from === undefined || to === undefined || !semver.valid(from) || !semver.valid(to) || semver.gte(to, from)) return [];
      // Builds between releases sort by their text, which says little about which is older.
      const isRelease = semver.prerelease(from) === null && semver.prerelease(to) === null;
      const what = `The chart ${chart} goes back from ${from} to ${to}.`;
      return [{ at: { file: after.config.pinsFile, line: 1 }, what, severity: isRelease ? "block" : "warn" } as const];
    });
  }),
};
