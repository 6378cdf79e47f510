import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Calendar } from "../../app/domain/calendar.ts";
import { EXAM_LEAD_MINUTES, examAt } from "../../app/domain/exam-window.ts";
import { readCalendar } from "../../app/load/calendar/read-calendar.ts";
import { calendar, event } from "../load/calendar/ics.ts";

const STAGING_AND_PROD = (["staging", "prod"] as const).map((name) => ({ name, promotion: { kind: "auto" } as const }));
const PROD = { hub: "data8", environment: "prod" };
const MIDTERM = event(
  "SUMMARY:Midterm 1",
  "CATEGORIES:EXAM",
  "DTSTART;TZID=America/Los_Angeles:20261014T190000",
  "DTEND;TZID=America/Los_Angeles:20261014T210000",
);

function calendarOf(text: string, hub?: string): Calendar {
  const file = `calendars/${hub ?? "university"}.ics`;
  const { events, findings } = readCalendar(file, Buffer.from(text));
  expect(findings).toEqual([]);
  return { file, ...(hub === undefined ? {} : { hub }), events };
}

describe("a midterm from 19:00 to 21:00 in Berkeley, which is 2:00 to 4:00 of the next day in UTC", () => {
  const fleet = { calendars: [calendarOf(calendar(MIDTERM), "data8")], environments: STAGING_AND_PROD };

  test.each([
    ["2026-10-15T00:59:59Z", false],
    ["2026-10-15T01:00:00Z", true],
    ["2026-10-15T02:00:00Z", true],
    ["2026-10-15T03:59:59Z", true],
    ["2026-10-15T04:00:00Z", false],
    ["2026-10-14T19:30:00Z", false],
    ["2027-10-15T02:30:00Z", false],
  ])("at %s: %s, because an hour before it counts and its end does not", (now, isHeld) => {
    expect(EXAM_LEAD_MINUTES).toBe(60);
    expect(examAt(fleet, PROD, new Date(now)) !== undefined).toBe(isHeld);
  });

  const during = new Date("2026-10-15T02:30:00Z");

  test("is told with its end and where the file says it", () => {
    expect(examAt(fleet, PROD, during)).toEqual({
      summary: "Midterm 1",
      endsAt: "2026-10-15T04:00:00.000Z",
      file: "calendars/data8.ics",
      line: 4,
    });
  });

  test("is no matter of staging, where things are tried, unless there is nothing else", () => {
    expect(examAt(fleet, { ...PROD, environment: "staging" }, during)).toBeUndefined();
    const only = { ...fleet, environments: STAGING_AND_PROD.slice(0, 1) };
    expect(examAt(only, { ...PROD, environment: "staging" }, during)).toBeDefined();
  });

  test("is one of its hub alone; what stands in a calendar that is no hub's is one of all", () => {
    expect(examAt(fleet, { ...PROD, hub: "data100" }, during)).toBeUndefined();
    const shared = { ...fleet, calendars: [calendarOf(calendar(MIDTERM))] };
    expect(examAt(shared, { ...PROD, hub: "data100" }, during)).toBeDefined();
    expect(examAt({ environments: STAGING_AND_PROD }, PROD, during)).toBeUndefined();
  });

  test("is not the one that is told where another ends later", () => {
    const makeUp = MIDTERM.replace("Midterm 1", "Extra time").replace(
      "DTEND;TZID=America/Los_Angeles:20261014T21",
      "DTEND;TZID=America/Los_Angeles:20261014T22",
    );
    const both = { ...fleet, calendars: [calendarOf(calendar(MIDTERM, makeUp), "data8"), calendarOf(calendar(MIDTERM))] };
    expect(examAt(both, PROD, during)).toMatchObject({ summary: "Extra time", endsAt: "2026-10-15T05:00:00.000Z" });
  });
});

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
const ZONES = ["America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"];

const weekly = fc.record({
  /** After the first of January. */
  day: fc.nat(700),
  minute: fc.nat(24 * 60 - 1),
  minutes: fc.integer({ min: 1, max: 6 * 60 }),
  zone: fc.constantFrom(...ZONES),
  days: fc.subarray([...DAYS], { minLength: 1 }),
  interval: fc.integer({ min: 1, max: 4 }),
  weekStart: fc.constantFrom("MO", "SU"),
  count: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
});

type Weekly = typeof weekly extends fc.Arbitrary<infer T> ? T : never;

/** Day by day, as one would with a calendar on the wall. */
function* naive({ day, minute, zone, days, interval, weekStart, count }: Weekly, until: Temporal.Instant) {
  const first = Temporal.PlainDate.from("2026-01-01").add({ days: day });
  const daysIntoWeek = (first.dayOfWeek - (weekStart === "MO" ? 1 : 0)) % 7;
  const time = Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 });
  let found = 0;
  for (let after = 0; count === undefined || found < count; after++) {
    const date = first.add({ days: after });
    const isWeek = Math.floor((daysIntoWeek + after) / 7) % interval === 0;
    const name = DAYS[date.dayOfWeek - 1];
    const start = date.toPlainDateTime(time).toZonedDateTime(zone).toInstant();
    if (Temporal.Instant.compare(start, until) > 0) return;
    if (!isWeek || !name || !days.includes(name)) continue;
    found++;
    yield start.epochMilliseconds;
  }
}

test("a weekly exam holds when one finds it by counting days, across every change of the clocks", () => {
  const property = fc.property(weekly, fc.nat(3 * 365 * 24 * 60), (drawn, nowMinute) => {
    // The first time is one of the rule's, as calendar programs have it.
    const first = Temporal.PlainDate.from("2026-01-01").add({ days: drawn.day });
    const rule = { ...drawn, days: [...new Set([...drawn.days, DAYS[first.dayOfWeek - 1] ?? "MO"])] };
    const clock = `${first.toString().replaceAll("-", "")}T${String(Math.floor(rule.minute / 60)).padStart(2, "0")}${String(rule.minute % 60).padStart(2, "0")}00`;
    const count = rule.count === undefined ? "" : `;COUNT=${rule.count}`;
    const text = calendar(
      event(
        "CATEGORIES:EXAM",
        `DTSTART;TZID=${rule.zone}:${clock}`,
        `DURATION:PT${rule.minutes}M`,
        `RRULE:FREQ=WEEKLY;INTERVAL=${rule.interval};WKST=${rule.weekStart};BYDAY=${rule.days}${count}`,
      ),
    );
    const fleet = { calendars: [calendarOf(text, "data8")], environments: STAGING_AND_PROD };
    const end = Temporal.Instant.from("2029-02-01T00:00:00Z");
    const starts = [...naive(rule, end)];
    // Anywhere, and at both edges of some time of the exam.
    const anywhere = Date.UTC(2026, 0, 1) + nowMinute * 60_000;
    const near = starts.reduce(
      (best, start) => (Math.abs(start - anywhere) < Math.abs(best - anywhere) ? start : best),
      starts[0] ?? 0,
    );
    const edges = [near - 3_600_000, near + rule.minutes * 60_000].flatMap((edge) => [edge - 1, edge, edge + 1]);
    for (const now of [anywhere, ...edges]) {
      if (now > end.epochMilliseconds - 86_400_000) continue;
      const isHeld = starts.some((start) => now >= start - 3_600_000 && now < start + rule.minutes * 60_000);
      expect({ now: new Date(now).toISOString(), isHeld: examAt(fleet, PROD, new Date(now)) !== undefined }).toEqual({
        now: new Date(now).toISOString(),
        isHeld,
      });
    }
  });
  fc.assert(property, { numRuns: 200 });
});
