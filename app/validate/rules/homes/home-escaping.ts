import semver from "semver";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { jupyterhubChart } from "../../jupyterhub-versions.ts";
import { forEachChange, type Rule } from "../../rule.ts";

const SUB_PATH: ValuePath = ["singleuser", "storage", "static", "subPath"];

export const homeEscaping: Rule = {
  code: "home-escaping",
  family: "homes",
  severity: "block",
  title: "Homes keep their folders through JupyterHub's chart 4",
  why: "From chart 4 on {username} in a path is written in another way where a name has dots, dashes or capitals. Those students' homes look empty after the upgrade, and only theirs, so that it takes days to see.",
  fix: "Write {escaped_username} in the subPath, or set hub.config.KubeSpawner.slug_scheme to escape, in the same change.",
  runbook: "move-homes",
  example: {
    base: {
      jupyterhubVersion: "3.3.8",
      common: "jupyterhub: { singleuser: { storage: { type: static, static: { pvcName: homes, subPath: '{username}' } } } }",
    },
    fails: {
      jupyterhubVersion: "4.4.0",
      common: "jupyterhub: { singleuser: { storage: { type: static, static: { pvcName: homes, subPath: '{username}' } } } }",
    },
    passes: {
      jupyterhubVersion: "4.4.0",
      common:
        "jupyterhub: { singleuser: { storage: { type: static, static: { pvcName: homes, subPath: '{username}' } } }, hub: { config: { KubeSpawner: { slug_scheme: escape } } } }",
    },
  },
  check: forEachChange((before, after) => {
    const [old, now] = [jupyterhubChart(before)?.version ?? "", jupyterhubChart(after)?.version ?? ""];
    if (!semver.valid(old) || !semver.valid(now) || semver.major(old) >= 4 || semver.major(now) < 4) return [];
    const path = valueAt(after.effective, SUB_PATH);
    const isStatic = valueAt(after.effective, ["singleuser", "storage", "type"]) === "static";
    const scheme = valueAt(after.effective, ["hub", "config", "KubeSpawner", "slug_scheme"]);
    if (!isStatic || scheme === "escape" || typeof path !== "string" || !/\{username\}|\{servername\}/.test(path)) return [];
    return [
      {
        at: after.placeOf(SUB_PATH),
        what: `"${after.nameOf(SUB_PATH)}" is ${path}, which chart ${now} writes otherwise than chart ${old} for some names.`,
      },
    ];
  }),
};
