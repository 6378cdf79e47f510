import semver from "semver";
import { contentsOf } from "../../jupyterhub-versions.ts";
import { forEachChange, type Rule } from "../../rule.ts";

export const jupyterhubMajor: Rule = {
  code: "jupyterhub-major",
  family: "changes",
  severity: "warn",
  title: "A major step of JupyterHub is taken on purpose",
  why: "At its first start a new major changes the hub's database, and the old one cannot read it any more: going back means restoring the database from before, with everything since then lost.",
  fix: "Save the hub's database first, take the step on staging and look for a day, and tell whoever is on call that there is no way back by a revert.",
  example: {
    base: { jupyterhubVersion: "3.3.8" },
    fails: { jupyterhubVersion: "4.4.0" },
    passes: { jupyterhubVersion: "3.3.9" },
  },
  check: forEachChange((before, after) => {
    const [old, now] = [contentsOf(before)?.jupyterhub, contentsOf(after)?.jupyterhub];
    if (old === undefined || now === undefined || semver.major(now) <= semver.major(old)) return [];
    const what = `The chart brings JupyterHub ${semver.major(now)}, and before it was ${semver.major(old)}.`;
    return [{ at: { file: after.config.pinsFile, line: 1 }, what }];
  }),
};
