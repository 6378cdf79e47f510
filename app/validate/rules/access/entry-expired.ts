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
    const { texts } = head.context;
    return head.releases.flatMap((release) =>
      entriesOf(release).flatMap((entry) => {
        const found = endOf(entry.description ?? "") ?? noteOf(entry, texts?.get(entry.at.file) ?? "");
        if (!found || found.end > today) return [];
        return [
          { at: entry.at, what: `"${release.nameOf(entry.path)}" says “${found.said}”, which is over.`, release: release.id },
        ];
      }),
    );
  },
};

interface Entry {
  path: ValuePath;
  at: FilePlace;
  description: string | undefined;
}

/** Entries that are for a course or a group of people. */
const entriesOf = oncePer(({ values, placeOf }: ReleaseView): Entry[] => {
  const roles = entriesAt(values, ["hub", "loadRoles"]).map(([role, value]) => ({
    path: ["hub", "loadRoles", role],
    description: isJsonObject(value) && typeof value.description === "string" ? value.description : undefined,
  }));
  const profiles = entriesAt(values, GROUP_PROFILES)
    .filter(([group]) => courseOf(group) !== undefined)
    .map(([group]) => ({ path: [...GROUP_PROFILES, group], description: undefined }));
  return [...roles, ...profiles].map((entry) => ({ ...entry, at: placeOf(entry.path) }));
});

const noted = new WeakMap<Entry, { text: string; found: ReturnType<typeof endOf> }>();

/** What stands beside an entry; in a file that did not change it need not be looked for again. */
function noteOf(entry: Entry, text: string): ReturnType<typeof endOf> {
  const known = noted.get(entry);
  if (known?.text === text) return known.found;
  const found = endOf(notesAt(text.split("\n"), entry.at.line));
  noted.set(entry, { text, found });
  return found;
}
