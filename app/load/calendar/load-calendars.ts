import type { Calendar } from "../../domain/calendar.ts";
import type { Finding } from "../../domain/finding.ts";
import { blame } from "../blame.ts";
import type { ConfigTree } from "../config-tree.ts";
import { calendarFiles } from "../layout.ts";
import { rememberParsed } from "../remember-parsed.ts";
import { readCalendar } from "./read-calendar.ts";

export interface LoadedCalendars {
  calendars: Calendar[];
  findings: Finding[];
}

/** Each of them is looked at for each hub. */
const SHARED_LIMIT = 20;

/** Reads every calendar of the fleet. One that is named after a hub is that hub's; all others are everybody's. */
export async function loadCalendars(
  tree: ConfigTree,
  files: ReadonlySet<string>,
  hubs: ReadonlySet<string>,
): Promise<LoadedCalendars> {
  const calendars: Calendar[] = [];
  const findings: Finding[] = [];
  const named = calendarFiles(files);
  const shared = named.filter(({ name }) => !hubs.has(name));
  if (shared.length > SHARED_LIMIT) return { calendars, findings: [tooMany(shared[SHARED_LIMIT]?.file ?? "calendars")] };
  for (const { file, name } of named) {
    const read = await rememberParsed(tree, file, "calendar", (bytes) => readCalendar(file, bytes));
    findings.push(...read.findings);
    calendars.push({ file, ...(hubs.has(name) ? { hub: name } : {}), events: read.events });
  }
  return { calendars, findings };
}

function tooMany(file: string): Finding {
  return blame(
    { file, line: 1 },
    {
      code: "file-too-large",
      what: `There are more than ${SHARED_LIMIT} calendars that are no hub's own.`,
      why: "Each of them is looked at for each hub.",
      fix: "Name the calendar of a hub after it, such as calendars/data8.ics, and put the others into one file.",
    },
  );
}
