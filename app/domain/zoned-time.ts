import ICAL from "ical.js";
import { LRUCache } from "lru-cache";

/** A place's own time: by its name in the time zone database, or as a calendar describes it. */
export type Zone = { kind: "iana"; name: string } | { kind: "own"; name: string /** As jCal. */; component: unknown[] };

export const UTC: Zone = { kind: "iana", name: "UTC" };

const DAY_MS = 24 * 3600_000;

/**
 * The moment at which the clock of a place shows something.
 * @param wallMs what it shows, as if it were UTC's. What a clock shows twice is the first time; what it skips, is as if it had not.
 * @returns milliseconds since 1970
 */
export function momentOf(wallMs: number, zone: Zone): number {
  if (zone.kind === "own") return wallMs - ownOffset(wallMs, zone);
  const before = offsetAt(wallMs - DAY_MS, zone.name);
  const after = offsetAt(wallMs + DAY_MS, zone.name);
  const moments = [wallMs - before, wallMs - after].filter((moment) => moment + offsetAt(moment, zone.name) === wallMs);
  return moments.length > 0 ? Math.min(...moments) : wallMs - before;
}

/** The clock's time as the library has it, without a place. */
export function timeOfWall(wallMs: number): ICAL.Time {
  const at = new Date(wallMs);
  return new ICAL.Time(
    {
      year: at.getUTCFullYear(),
      month: at.getUTCMonth() + 1,
      day: at.getUTCDate(),
      hour: at.getUTCHours(),
      minute: at.getUTCMinutes(),
      second: at.getUTCSeconds(),
      isDate: false,
    },
    ICAL.Timezone.localTimezone,
  );
}

export function wallOfTime({ year, month, day, hour, minute, second }: ICAL.Time): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** To make one takes longer than to ask it a hundred times. Names come from files, in any spelling. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 50 });

/** @returns how much later the clock of the place is than UTC's, in milliseconds */
function offsetAt(moment: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    const [number, hourCycle] = ["numeric", "h23"] as const;
    format = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone, hourCycle, year: number, month: number, day: number, hour: number, minute: number, second: number },
    });
    formats.set(timeZone, format);
  }
  const shown = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0;
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - Math.floor(moment / 1000) * 1000;
}

const ownZones = new WeakMap<Zone, ICAL.Timezone>();

function ownOffset(wallMs: number, zone: Extract<Zone, { kind: "own" }>): number {
  let timezone = ownZones.get(zone);
  if (!timezone) {
    // A copy, because the library writes into what it reads.
    timezone = new ICAL.Timezone(new ICAL.Component(structuredClone(zone.component)));
    ownZones.set(zone, timezone);
  }
  return timezone.utcOffset(timeOfWall(wallMs)) * 1000;
}
