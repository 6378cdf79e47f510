import type { FilePlace, Finding } from "../../domain/finding.ts";
import { momentOf, UTC, type Zone } from "../../domain/zoned-time.ts";
import { blame } from "../blame.ts";
import type { CalendarProperty } from "./components.ts";
import { findZone, unknownZone, type Zones } from "./read-zones.ts";

/** A day or a time of day at a place. */
export interface ReadTime {
  wallMs: number;
  zone: Zone;
  isDay: boolean;
  at: FilePlace;
}

/** @returns each time of a line such as DTSTART or EXDATE that means something; of the others there is a finding */
export function timesOf(property: CalendarProperty, zones: Zones, findings: Finding[]): ReadTime[] {
  const { at, type, parameters, values } = property;
  if (type !== "date" && type !== "date-time") {
    findings.push(badTime(at, "This is no date and no time."));
    return [];
  }
  const read: ReadTime[] = [];
  for (const value of values) {
    const time = timeOf(String(value), type === "date", { at, zones, name: parameters.tzid });
    // One line has one fault, however many times stand on it.
    if ("fault" in time) {
      findings.push(time.fault);
      break;
    }
    read.push(time);
  }
  return read;
}

function timeOf(
  text: string,
  isDay: boolean,
  { at, zones, name }: { at: FilePlace; zones: Zones; name: unknown },
): ReadTime | { fault: Finding } {
  const wallMs = wallOf(text);
  if (wallMs === undefined || isDay !== /^\d{4}-\d\d-\d\d$/.test(text))
    return { fault: badTime(at, `There is no such ${isDay ? "day" : "time"} between the years 2000 and 2099.`) };
  const written = typeof name === "string" ? name : isDay ? zones.ofCalendar : "";
  if (text.endsWith("Z")) return { wallMs, zone: UTC, isDay, at };
  if (written === "") return { fault: isDay ? nowhereDay(at) : nowhereTime(at) };
  const zone = findZone(zones, written);
  return zone ? { wallMs, zone, isDay, at } : { fault: unknownZone(at, written) };
}

/** @returns the clock's time as if it were UTC's; undefined for what is on no clock */
export function wallOf(text: string): number | undefined {
  const [, day, time] = /^(20\d\d-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)Z?)?$/.exec(text) ?? [];
  const iso = `${day}T${time ?? "00:00:00"}.000Z`;
  const wallMs = Date.parse(iso);
  return !Number.isNaN(wallMs) && new Date(wallMs).toISOString() === iso ? wallMs : undefined;
}

export const momentOfTime = ({ wallMs, zone }: ReadTime) => momentOf(wallMs, zone);

export function badTime(at: FilePlace, what: string): Finding {
  return blame(at, {
    code: "calendar-time",
    what,
    why: "Nobody could tell when the event is.",
    fix: 'Write a time such as "DTSTART;TZID=America/Los_Angeles:20261014T190000", or a day such as "DTSTART;VALUE=DATE:20261014".',
  });
}

function nowhereTime(at: FilePlace): Finding {
  return blame(at, {
    code: "calendar-time",
    what: "This time is at no place.",
    why: "Without a time zone, 19:00 is another moment in each place.",
    fix: 'Name the zone, such as "DTSTART;TZID=America/Los_Angeles:20261014T190000".',
  });
}

function nowhereDay(at: FilePlace): Finding {
  return blame(at, {
    code: "calendar-time",
    what: "This day is at no place.",
    why: "A day begins at midnight, and the calendar does not say where.",
    fix: 'Write the line "X-WR-TIMEZONE:America/Los_Angeles" below BEGIN:VCALENDAR.',
  });
}
