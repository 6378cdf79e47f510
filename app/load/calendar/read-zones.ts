import { isTimeZone } from "../../domain/cron.ts";
import type { FilePlace, Finding } from "../../domain/finding.ts";
import type { Zone } from "../../domain/zoned-time.ts";
import { blame } from "../blame.ts";
import { type CalendarComponent, propertiesOf, textOf } from "./components.ts";

/** The time zones that a calendar's times may name. */
export interface Zones {
  /** Of the calendar as a whole; its name is empty where it says none. */
  ofCalendar: string;
  /** Described in the file itself, by TZID. */
  own: ReadonlyMap<string, Zone>;
}

const NAME = 'Write a name such as "America/Los_Angeles".';
/** A zone of today has two; one with its history has a dozen. */
const OBSERVANCES_LIMIT = 50;

export function readZones(calendars: readonly CalendarComponent[], findings: Finding[]): Zones {
  const own = new Map<string, Zone>();
  for (const component of calendars.flatMap(({ parts }) => parts.filter(({ name }) => name === "VTIMEZONE"))) {
    const name = textOf(component, "TZID", findings);
    // What has a name of the time zone database is known better there.
    if (name !== "" && !isTimeZone(name)) own.set(name, { kind: "own", name, component: jCalOf(component, findings) });
  }
  const ofCalendar = calendars.map((each) => textOf(each, "X-WR-TIMEZONE", findings)).find((name) => name !== "") ?? "";
  return { ofCalendar, own };
}

/** @returns undefined where nobody knows the name */
export function findZone({ own }: Zones, name: string): Zone | undefined {
  return own.get(name) ?? (isTimeZone(name) ? { kind: "iana", name } : undefined);
}

export function unknownZone(at: FilePlace, name: string): Finding {
  return blame(at, {
    code: "calendar-time",
    what: `Nobody knows the time zone "${name.slice(0, 80)}".`,
    why: "It is no name of the time zone database, and no VTIMEZONE of this file describes it.",
    fix: NAME,
  });
}

/** What describes when clocks change, in the library's form. Anything that such zones do not have is left out. */
function jCalOf(component: CalendarComponent, findings: Finding[]): unknown[] {
  const observances = component.parts.filter(({ name }) => name === "STANDARD" || name === "DAYLIGHT");
  if (observances.length === 0 || observances.length > OBSERVANCES_LIMIT) findings.push(oddZone(component.at));
  const parts = observances.slice(0, OBSERVANCES_LIMIT).map((observance) => {
    if (observance.lines.some(({ name }) => name === "RDATE")) findings.push(oddZone(observance.at));
    const lines = ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE"].flatMap((name) => {
      const found = propertiesOf(observance, name, findings).slice(0, 1);
      const isSane = found.every(({ values }) => isOfZone(name, values[0]));
      if (!isSane || (found.length === 0 && name !== "RRULE")) findings.push(oddZone(found[0]?.at ?? observance.at));
      return isSane ? found.map(({ jCal }) => jCal) : [];
    });
    return [observance.name.toLowerCase(), lines, []];
  });
  return ["vtimezone", [], parts];
}

/** Clocks change on the same Sunday each year. What changes more often would take long to follow. */
function isOfZone(name: string, value: unknown): boolean {
  if (name === "DTSTART") return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(String(value));
  if (name !== "RRULE") return /^[+-](?:0\d|1[0-4]):[0-5]\d(?::[0-5]\d)?$/.test(String(value));
  const { freq, interval = 1, byday, bymonth, until: _, count: __, wkst: ___, ...rest } = { ...Object(value) };
  const isPlain = freq === "YEARLY" && interval === 1 && Object.keys(rest).length === 0;
  return isPlain && typeof bymonth === "number" && /^(?:[1-4]|-1)(?:SU|MO|TU|WE|TH|FR|SA)$/.test(String(byday));
}

function oddZone(at: FilePlace): Finding {
  return blame(at, {
    code: "calendar-time",
    what: "The time zone that is described here cannot be followed.",
    why: "Campanile follows zones whose clocks change on one day of a month each year, such as the first Sunday of November.",
    fix: `Name the zone as the time zone database does: then nothing has to be described. ${NAME}`,
  });
}
