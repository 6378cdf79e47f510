import { isJsonObject, type Json } from "../../../domain/json.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { isOpaque } from "../../opaque.ts";
import { entriesAt, GROUP_PROFILES, spawnerOverrides } from "../../overrides.ts";
import { forEachRelease, type ReleaseFault, type Rule } from "../../rule.ts";

const LISTS = ["extraVolumes", "extraVolumeMounts"];

export const profileShape: Rule = {
  code: "profile-shape",
  family: "profiles",
  severity: "block",
  title: "Group profiles are maps, and their mounts say what is mounted where",
  why: "The spawner reads them at the moment a student comes: a stray colon or a wrong indent made every server of a course fail, and no check saw it.",
  fix: "Indent the settings below the group's name, and give each mount a name and a mountPath.",
  example: {
    fails: {
      common:
        "jupyterhub: { custom: { group_profiles: { 'course::1538208': { extraVolumeMounts: [{ name: home, mountpath: /srv/shared }] } } } }",
    },
    passes: {
      common:
        "jupyterhub: { custom: { group_profiles: { 'course::1538208': { extraVolumeMounts: [{ name: home, mountPath: /srv/shared, subPath: _shared }] } } } }",
    },
  },
  check: forEachRelease(({ values, placeOf, nameOf }) => {
    const fault = (path: ValuePath, wrong: string): ReleaseFault => ({ at: placeOf(path), what: `"${nameOf(path)}" ${wrong}.` });
    const groups = valueAt(values, GROUP_PROFILES);
    if (groups !== undefined && groups !== null && !isJsonObject(groups) && !isOpaque(groups))
      return [fault(GROUP_PROFILES, "is not a map of groups")];
    return spawnerOverrides(values).flatMap(({ path, value }) => {
      if (isOpaque(value)) return [];
      // A group with nothing below it may be left over from one that was commented out: the spawner fails on it.
      if (!isJsonObject(value)) return [fault(path, "is not a map of settings")];
      return LISTS.flatMap((key) => badItems(value[key], key).map((at) => fault([...path, key, ...at.path], at.wrong)));
    });
  }),
};

function badItems(value: Json | undefined, key: string): { path: ValuePath; wrong: string }[] {
  if (value === undefined || value === null || isOpaque(value)) return [];
  const isList = Array.isArray(value);
  if (!isList && !isJsonObject(value)) return [{ path: [], wrong: "is neither a list nor a map" }];
  return entriesAt({ items: isList ? Object.fromEntries(value.entries()) : value }, ["items"]).flatMap(([name, item]) => {
    const path = [isList ? Number(name) : name];
    if (isOpaque(item)) return [];
    if (!isJsonObject(item)) return [{ path, wrong: "is not a map" }];
    const needed = key === "extraVolumeMounts" ? ["name", "mountPath"] : ["name"];
    return needed
      .filter((each) => typeof item[each] !== "string" || item[each] === "")
      .map((each) => ({ path, wrong: `has no ${each}` }));
  });
}
