import fc from "fast-check";
import { expect, test } from "vitest";
import { occurrencesBetween } from "../../../app/domain/occurrences.ts";
import { readCalendar } from "../../../app/load/calendar/read-calendar.ts";
import { calendar, event, GOOGLE, OUTLOOK } from "./ics.ts";

const FILE = "calendars/data8.ics";
const REAL = [GOOGLE, OUTLOOK].map((text) => text.split("\r\n"));
const LINES = REAL.flat();

const number = fc.oneof(fc.integer({ min: -400, max: 400 }), fc.constantFrom(0, 1, 2, 29, 30, 31, 53, 366, 1e9));
const weekday = fc
  .tuple(fc.oneof(fc.constant(""), number.map(String)), fc.constantFrom("MO", "TU", "SU", "XX"))
  .map((parts) => parts.join(""));
const values = (item: fc.Arbitrary<string | number>) =>
  fc.array(item, { minLength: 1, maxLength: 4 }).map((items) => items.join());
const PARTS: Record<string, fc.Arbitrary<string>> = {
  ...Object.fromEntries(
    ["INTERVAL", "COUNT", "BYSECOND", "BYMINUTE", "BYHOUR", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"].map(
      (name) => [name, values(number)],
    ),
  ),
  BYDAY: values(weekday),
  WKST: weekday,
  UNTIL: fc.constantFrom("20261204", "20261204T000000Z", "20261304", "x", ""),
  X: fc.string(),
};
const rule = fc
  .tuple(
    fc.constantFrom("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY", "NEVER"),
    fc.array(
      fc.constantFrom(...Object.keys(PARTS)).chain((name) => (PARTS[name] ?? fc.string()).map((value) => `${name}=${value}`)),
      { maxLength: 4 },
    ),
  )
  .map(([freq, parts]) => `RRULE:${[`FREQ=${freq}`, ...parts].join(";")}`);

const start = fc.constantFrom(
  "DTSTART;TZID=America/Los_Angeles:20240229T190000",
  "DTSTART;TZID=America/Los_Angeles:20000131T190000",
  "DTSTART:20261031T000000Z",
  "DTSTART;VALUE=DATE:20270101",
);
const generated = fc
  .tuple(start, rule, fc.constantFrom("DURATION:PT2H", "DURATION:P7D"))
  .map((lines) => calendar("X-WR-TIMEZONE:Europe/Berlin", event("CATEGORIES:EXAM", ...lines)));

/** A real one in which a line is cut, doubled, replaced or full of noise. */
const edited = fc
  .tuple(
    fc.constantFrom(...REAL),
    fc.nat(),
    fc.constantFrom(...LINES),
    fc.nat(3),
    fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), rule),
  )
  .map(([lines, position, other, kind, noise]) => {
    const at = position % lines.length;
    const line = lines[at] ?? "";
    const instead = [[line.slice(0, position % (line.length + 1))], [line, other], [other], [noise]][kind] ?? [];
    return lines.toSpliced(at, 1, ...instead).join("\r\n");
  });

const DAY_MS = 86_400_000;
const CPU_LIMIT_MS = 500;

test("whatever a calendar says, nothing is thrown, little time is taken, and each finding stands on a line that is there", () => {
  let followed = 0;
  const property = fc.property(fc.oneof(generated, edited), fc.nat(30_000), (text, day) => {
    const before = process.threadCpuUsage();
    const { events, findings } = readCalendar(FILE, Buffer.from(text));
    for (const each of events)
      for (const at of [each.startWallMs, Date.UTC(2026, 9, 14), Date.UTC(2000, 0, 1) + day * DAY_MS])
        if (occurrencesBetween(each, at, at + DAY_MS).length > 0 && each.rule) followed++;
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(CPU_LIMIT_MS);
    for (const { at, what, why, fix } of findings) {
      expect(at.line).toBeGreaterThan(0);
      expect(at.line).toBeLessThanOrEqual(text.split(/\r\n|\n|\r/).length);
      expect([what, why, fix]).not.toContain("");
    }
  });
  fc.assert(property, { numRuns: 2_000, seed: 20_261_126 });
  // Some are right, or only the first check would ever be tried.
  expect(followed).toBeGreaterThan(300);
});
