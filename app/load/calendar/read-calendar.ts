import type { CalendarEvent } from "../../domain/calendar.ts";
import type { FilePlace, Finding } from "../../domain/finding.ts";
import { blame } from "../blame.ts";
import { type CalendarComponent, nestComponents } from "./components.ts";
import { splitLines } from "./content-lines.ts";
import { type ReadEvent, readEvent } from "./read-event.ts";
import { readZones } from "./read-zones.ts";

export interface ReadCalendar {
  events: CalendarEvent[];
  findings: Finding[];
}

const FILE_LIMIT_BYTES = 1024 * 1024;
const EVENTS_LIMIT = 2_000;
/** Each of them is looked at before each journey. */
const EXAMS_LIMIT = 200;
/** Times at which an event happens besides its rule, or does not. */
const DATES_LIMIT = 5_000;

/** Reads one iCalendar file from somebody we don't trust: size, events and dates are capped, and nothing is expanded. */
export function readCalendar(file: string, content: Buffer): ReadCalendar {
  const refused = (...findings: Finding[]): ReadCalendar => ({ events: [], findings });
  if (content.byteLength > FILE_LIMIT_BYTES) return refused(tooMuch({ file, line: 1 }, "The file is larger than 1 MiB."));
  const split = splitLines(file, content.toString("utf8"));
  if (split.kind === "faults") return refused(...split.findings);
  const findings: Finding[] = [];
  const calendars = nestComponents(file, split.lines, findings);
  if (!calendars) return refused(...findings);
  const events = calendars.flatMap(({ parts }) => parts.filter(({ name }) => name === "VEVENT"));
  const over = findExcess(events);
  if (over) return refused(over);
  const zones = readZones(calendars, findings);
  const read = events.flatMap((event) => readEvent(event, zones, findings) ?? []);
  const merged = withOverrides(read);
  const excess = merged.filter(({ kind }) => kind === "exam")[EXAMS_LIMIT];
  if (excess) findings.push(tooMuch(excess.at, `The file has more than ${EXAMS_LIMIT} exams.`));
  return { events: merged, findings };
}

function findExcess(events: readonly CalendarComponent[]): Finding | undefined {
  const first = events[EVENTS_LIMIT];
  if (first) return tooMuch(first.at, `The file has more than ${EVENTS_LIMIT} events.`);
  let dates = 0;
  for (const { at, lines } of events) {
    for (const { name, text } of lines) if (name === "EXDATE" || name === "RDATE") dates += text.split(",").length;
    if (dates > DATES_LIMIT) return tooMuch(at, `The events up to here have more than ${DATES_LIMIT} dates of EXDATE and RDATE.`);
  }
  return undefined;
}

/** What is said of one time of an event takes its place: the event does not happen then, and something of its own does. */
function withOverrides(read: readonly ReadEvent[]): CalendarEvent[] {
  const replaced = new Map<string, number[]>();
  const kinds = new Map<string, CalendarEvent["kind"]>();
  for (const { uid, standsForAt, event } of read) {
    if (standsForAt === undefined) kinds.set(uid, event.kind);
    else replaced.set(uid, [...(replaced.get(uid) ?? []), standsForAt]);
  }
  return read
    .filter(({ isCancelled }) => !isCancelled)
    .map(({ uid, standsForAt, isExam, event }) => {
      if (standsForAt === undefined) return { ...event, exceptAt: [...event.exceptAt, ...(replaced.get(uid) ?? [])] };
      // Somebody who moves an exam by hand seldom says again that it is one.
      return isExam === undefined ? { ...event, kind: kinds.get(uid) ?? event.kind } : event;
    });
}

function tooMuch(at: FilePlace, what: string): Finding {
  return blame(at, {
    code: "file-too-large",
    what,
    why: "Campanile stops there, so that one file cannot hold up everybody's checks.",
    fix: "Take old terms out of the file, and events that have nothing to do with the hub.",
  });
}
