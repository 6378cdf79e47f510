import semver from "semver";
import { breakingNotes } from "../../breaking-notes.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { jupyterhubChart } from "../../jupyterhub-versions.ts";
import { forEachChange, type ReleaseFault, type Rule } from "../../rule.ts";

export const chartMajor: Rule = {
  code: "chart-major",
  family: "changes",
  severity: "warn",
  title: "A major step of a chart is taken on purpose",
  why: "A major step renames values and changes the hub's database. One such upgrade had fifteen hubs' values refused one by one for a week.",
  fix: "Read the chart's notes on what breaks, try it on one hub's staging first, and take the step outside of class hours.",
  example: { base: { chartVersion: "1.2.0" }, fails: { chartVersion: "2.0.0" }, passes: { chartVersion: "1.3.0" } },
  check: forEachChange((before, after) => [...jupyterhubStep(before, after), ...pinnedStep(before, after)]),
};

function jupyterhubStep(before: ReleaseView, after: ReleaseView): ReleaseFault[] {
  const step = majorStep(jupyterhubChart(before)?.version, jupyterhubChart(after)?.version);
  if (!step) return [];
  const notes = breakingNotes(after, step.from, step.to);
  const skipped = step.to > step.from + 1 ? " It skips a major, which its authors do not support." : "";
  const said = notes.length === 0 ? "" : ` What it breaks here: ${notes.join("; ")}.`;
  const what = `JupyterHub's chart takes a major step, from ${step.old} to ${step.now}.${skipped}${said}`;
  return [{ at: { file: after.config.pinsFile, line: 1 }, what }];
}

function pinnedStep(before: ReleaseView, after: ReleaseView): ReleaseFault[] {
  const [old, now] = [before.config.pins.hub, after.config.pins.hub];
  if (old.chart !== now.chart || now.chart === "jupyterhub" || now.folder) return [];
  const step = majorStep(old.version, now.version);
  if (!step) return [];
  const what = `The chart ${now.chart} takes a major step, from ${step.old} to ${step.now}.`;
  return [{ at: { file: after.config.pinsFile, line: 1 }, what }];
}

function majorStep(old: string | undefined, now: string | undefined) {
  if (old === undefined || now === undefined || !semver.valid(old) || !semver.valid(now)) return undefined;
  const [from, to] = [semver.major(old), semver.major(now)];
  return to > from ? { from, to, old, now } : undefined;
}
