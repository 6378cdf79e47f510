import type { Finding } from "../domain/finding.ts";
import { oncePer } from "../domain/once-per.ts";
import { suggestName } from "../domain/suggest-name.ts";
import { blame } from "./blame.ts";
import { calendarFiles, hubFiles, sharedValuesFiles } from "./layout.ts";
import type { LoadedHub } from "./load-hub.ts";

/** Files that lie where the fleet's are, but that nothing reads: nearly always a misspelt name, whose content has no effect. */
export function findUnreadFiles(
  files: ReadonlySet<string>,
  environments: readonly string[],
  hubs: readonly LoadedHub[],
): Finding[] {
  const read = new Set([...sharedValuesFiles(environments), ...calendarFiles(files).map(({ file }) => file)]);
  // A hub.yaml that cannot be read says nothing of its environments: then all of the fleet's count.
  for (const hub of hubs) for (const file of listedFiles(hub) ?? filesOf(hub, environments)) read.add(file);
  return [...files]
    .filter((file) => !read.has(file) && /^(?:(?:hubs|values)\/.*\.(?:ya?ml|ics)|calendars?\/.*\.(?:ya?ml|ics))$/.test(file))
    .map((file) => unreadFile(file, suggestName(file, [...read])));
}

const listedFiles = oncePer((hub: LoadedHub) => hub.listed && filesOf(hub, hub.listed));

function filesOf({ name }: LoadedHub, environments: readonly string[]): string[] {
  const paths = hubFiles(name);
  return [
    paths.hub,
    ...environments.flatMap((environment) => [paths.pins(environment), ...paths.values(environment), paths.secrets(environment)]),
  ];
}

function unreadFile(file: string, meant: string | undefined): Finding {
  return blame(
    { file, line: 1 },
    {
      code: "unread-file",
      what: `${file} is read by nothing.`,
      ...(file.endsWith(".ics") ? UNREAD_CALENDAR : UNREAD),
      ...(meant === undefined ? {} : { fix: `Did you mean "${meant}"? Else remove the file.` }),
    },
  );
}

const UNREAD = {
  why: "Files are found by their names, and an environment must be listed in campanile.yaml and hub.yaml: what is written here has no effect.",
  fix: "Rename or remove it, or add its environment to hub.yaml.",
};
const UNREAD_CALENDAR = {
  why: "Calendars are found by their names, and all of them lie in calendars/: what is written here has no effect.",
  fix: "Move it there as calendars/<hub>.ics, or remove it.",
};
