import type { JsonObject } from "../../../domain/json.ts";
import type { ValuePath } from "../../../domain/value-at.ts";
import { courseOf, entriesAt, listAt } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const courseMismatch: Rule = {
  code: "course-mismatch",
  family: "profiles",
  severity: "warn",
  title: "A role speaks of one course throughout",
  why: "Roles are copied from term to term and course to course. One number that was forgotten lets one course's staff into another course's servers, or keeps the staff out of their own.",
  fix: "Write the same course number in the role's name, its scopes and its groups.",
  example: {
    fails: {
      common: `jupyterhub:
  hub:
    loadRoles:
      course-staff-1538208:
        scopes: ["list:users!group=course::1538208", "access:servers!group=course::1535590"]
        groups: ["course::1538208::enrollment_type::ta"]`,
    },
    passes: {
      common: `jupyterhub:
  hub:
    loadRoles:
      course-staff-1538208:
        scopes: ["list:users!group=course::1538208", "access:servers!group=course::1538208"]
        groups: ["course::1538208::enrollment_type::ta"]`,
    },
  },
  check: forEachRelease(({ values, placeOf, nameOf }) =>
    entriesAt(values, ["hub", "loadRoles"]).flatMap(([role]) => {
      const path = ["hub", "loadRoles", role];
      const said = coursesIn(values, path, role);
      const [first] = said;
      const other = said.find(({ course }) => course !== first?.course);
      if (!first || !other) return [];
      const what = `"${nameOf(path)}" speaks of course ${first.course} and of course ${other.course}.`;
      return [{ at: placeOf(other.path), what }];
    }),
  ),
};

/** Only scopes over a whole course count: a person of one course may well be let into a common group. */
function coursesIn(values: JsonObject, path: ValuePath, role: string): { course: string; path: ValuePath }[] {
  const inName = /(?:^|-)(\d{6,})$/.exec(role)?.[1];
  const inList = (key: string, courseIn: (text: string) => string | undefined) =>
    listAt(values, [...path, key]).flatMap((text, index) => {
      const course = typeof text === "string" ? courseIn(text) : undefined;
      return course === undefined ? [] : [{ course, path: [...path, key, index] }];
    });
  return [
    ...(inName === undefined ? [] : [{ course: inName, path }]),
    ...inList("scopes", (scope) => courseOf(/!group=(.+)$/.exec(scope)?.[1] ?? "")?.course),
    ...inList("groups", (group) => (/::group::/.test(group) ? undefined : courseOf(group)?.course)),
  ];
}
