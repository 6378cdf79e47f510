import type { FilePlace } from "../../../domain/finding.ts";
import { isJsonObject } from "../../../domain/json.ts";
import { oncePer } from "../../../domain/once-per.ts";
import type { ValuePath } from "../../../domain/value-at.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { courseOf, entriesAt, GROUP_PROFILES } from "../../overrides.ts";
import type { Rule } from "../../rule.ts";
import { endOf, notesAt } from "../../terms.ts";

export const entryExpired: Rule = {
  code: "entry-expired",
  family: "access",
  severity: "info",
  title: "What was given to a course for a term ends with the term",
  why: "Staff rights and extra memory are given for a term and seldom taken back: a Data 8 staff role was still there a year after its date.",
  fix: "Remove the entry, or write the new term beside it. A role that is gone from the files must be removed on the hub too.",
  example: {
    fails: {
      common: `jupyterhub:
  custom:
    group_profiles:
      # Data 8, Fall 2024
      course::1538208:
        mem_limit: 2G`,
    },
    passes: {
      common: `jupyterhub:
  custom:
    group_profiles:
      # Data 8, Fall 2026
      course::1538208:
        mem_limit: 2G`,
    },
  },
  check({ head, today = new Date() }) {
    const linesOf = new Map<string, string[]>();
    const noteAt = ({ file, line }: FilePlace) => {
      const lines = linesOf.get(file) ?? head.context.texts?.get(file)?.split("\n") ?? [];
      linesOf.set(file, lines);
      return notesAt(lines, line);
    };
    return head.releases.flatMap((release) =>
      entriesOf(release).flatMap(({ path, description }) => {
        const at = release.placeOf(path);
        const found = endOf(description ?? "") ?? endOf(noteAt(at));
        if (!found || found.end > today) return [];
        return [{ at, what: `"${release.nameOf(path)}" says “${found.said}”, which is over.`, release: release.id }];
      }),
    );
  },
};

/** Entries that are for a course or a group of people. */
const entriesOf = oncePer(({ values }: ReleaseView): { path: ValuePath; description: string | undefined }[] => {
  const roles = entriesAt(values, ["hub", "loadRoles"]).map(([role, value]) => ({
    path: ["hub", "loadRoles", role],
    description: isJsonObject(value) && typeof value.description === "string" ? value.description : undefined,
  }));
  const profiles = entriesAt(values, GROUP_PROFILES)
    .filter(([group]) => courseOf(group) !== undefined)
    .map(([group]) => ({ path: [...GROUP_PROFILES, group], description: undefined }));
  return [...roles, ...profiles];
});
