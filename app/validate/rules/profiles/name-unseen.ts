import { distance } from "fastest-levenshtein";
import { oncePer } from "../../../domain/once-per.ts";
import type { ValuePath } from "../../../domain/value-at.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { courseOf, entriesAt, GROUP_PROFILES, listAt } from "../../overrides.ts";
import type { Rule } from "../../rule.ts";

/** The kinds of enrolment that Canvas has. */
const ROLES = ["teacher", "student", "ta", "observer", "designer"];

export const nameUnseen: Rule = {
  code: "name-unseen",
  family: "profiles",
  severity: "warn",
  title: "A group's name is one that people are in",
  why: "A group that nobody is in is no error to JupyterHub: its profile and its role simply never take effect.",
  fix: "Correct the name as the course system spells it.",
  example: {
    fails: {
      common: "jupyterhub: { custom: { group_profiles: { 'course::1538208::enrollment_type::studnet': { mem_limit: 2G } } } }",
    },
    passes: {
      common: "jupyterhub: { custom: { group_profiles: { 'course::1538208::enrollment_type::student': { mem_limit: 2G } } } }",
    },
  },
  check({ head }) {
    const hubsOf = new Map<string, Set<string>>();
    for (const release of head.releases)
      for (const { name } of groupsOf(release)) hubsOf.set(name, (hubsOf.get(name) ?? new Set()).add(release.hub));
    const often = [...hubsOf].flatMap(([name, hubs]) => (hubs.size > 1 ? [name] : []));
    const meantBy = new Map(
      [...hubsOf].flatMap(([name, hubs]) => {
        const role = courseOf(name)?.role;
        const isKnown = role === undefined || ROLES.includes(role);
        const meant = isKnown ? hubs.size === 1 && nearTwin(name, often) : near(role, ROLES);
        return meant ? [[name, meant] as const] : [];
      }),
    );
    if (meantBy.size === 0) return [];
    return head.releases.flatMap((release) =>
      groupsOf(release).flatMap(({ name, path }) => {
        const meant = meantBy.get(name);
        if (meant === undefined) return [];
        const what = `The group ${name} is named nowhere else.`;
        return [{ at: release.placeOf(path), what, fix: `Did you mean "${meant}"?`, release: release.id }];
      }),
    );
  },
};

const groupsOf = oncePer(({ values }: ReleaseView): { name: string; path: ValuePath }[] => {
  const profiles = entriesAt(values, GROUP_PROFILES).map(([name]) => ({ name, path: [...GROUP_PROFILES, name] }));
  const roles = entriesAt(values, ["hub", "loadRoles"]).flatMap(([role]) =>
    listAt(values, ["hub", "loadRoles", role, "groups"]).flatMap((name, index) =>
      typeof name === "string" ? [{ name, path: ["hub", "loadRoles", role, "groups", index] }] : [],
    ),
  );
  return [...profiles, ...roles];
});

function near(word: string, known: readonly string[]): string | undefined {
  return known.find((each) => each !== word && distance(each, word) <= 2);
}

/** A name that several hubs share, which differs from this one by a letter: digits may well differ by one. */
function nearTwin(name: string, often: readonly string[]): string | undefined {
  if (name.length < 8) return undefined;
  const letters = name.replace(/\d/g, "");
  return often.find(
    (other) =>
      other !== name && other.replace(/\D/g, "") === name.replace(/\D/g, "") && distance(other.replace(/\d/g, ""), letters) === 1,
  );
}
