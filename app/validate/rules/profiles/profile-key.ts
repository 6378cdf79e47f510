import { isJsonObject } from "../../../domain/json.ts";
import { suggestName } from "../../../domain/suggest-name.ts";
import { extraConfig, isQuotedIn, spawnerOverrides } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

const KNOWN = ["admin", "extraVolumeMounts", "extraVolumes", "initContainers", "mem_guarantee", "mem_limit"];

export const profileKey: Rule = {
  code: "profile-key",
  family: "profiles",
  severity: "block",
  title: "A group's profile has only keys that the spawner reads",
  why: "The chart hands profiles on without a look. A cpu_limit for Data 100 was accepted and ignored for weeks, because the spawner knows no such key.",
  fix: "Use a key that the spawner reads, or teach it the new one in hub.extraConfig in the same change.",
  example: {
    fails: { common: "jupyterhub: { custom: { group_profiles: { 'course::1538208': { mem_limits: 4G } } } }" },
    passes: { common: "jupyterhub: { custom: { group_profiles: { 'course::1538208': { mem_limit: 4G } } } }" },
  },
  check: forEachRelease(({ values, effective, placeOf, nameOf }) => {
    const code = extraConfig(effective);
    const isSpawnerHere = isQuotedIn(code, "custom.group_profiles") || isQuotedIn(code, "group_profiles");
    return spawnerOverrides(values).flatMap(({ kind, path, value }) => {
      const known = kind === "profile" ? [...KNOWN, "users"] : KNOWN;
      return Object.keys(isJsonObject(value) ? value : {}).flatMap((key) => {
        if (known.includes(key) || isQuotedIn(code, key)) return [];
        const meant = suggestName(key, known);
        const at = placeOf([...path, key]);
        const what = `The spawner does not read "${nameOf([...path, key])}".`;
        const fix = meant === undefined ? undefined : `Did you mean "${meant}"?`;
        // Somebody else's spawner may know more; only what is near to a known key is surely a slip then.
        const severity = isSpawnerHere || meant !== undefined ? "block" : "info";
        return [{ at, what, severity, ...(fix === undefined ? {} : { fix }) }] as const;
      });
    });
  }),
};
