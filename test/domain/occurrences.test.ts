import fc from "fast-check";
import ICAL from "ical.js";
import { expect, test } from "vitest";
import { occurrencesBetween } from "../../app/domain/occurrences.ts";
import { readCalendar } from "../../app/load/calendar/read-calendar.ts";
import { calendar, event } from "../load/calendar/ics.ts";

const weekday = fc.constantFrom("MO", "TU", "WE", "TH", "FR", "SA", "SU");
const list = (item: fc.Arbitrary<string | number>) =>
  fc.uniqueArray(item, { minLength: 1, maxLength: 4 }).map((items) => items.join());
const nth = fc.tuple(fc.constantFrom("1", "2", "3", "4", "-1"), weekday).map(([which, day]) => which + day);
const part = (name: string, value: fc.Arbitrary<string | number>) => value.map((text) => `${name}=${text}`);

const forms = fc.oneof(
  fc.tuple(fc.constant("FREQ=DAILY")),
  fc.tuple(fc.constant("FREQ=WEEKLY"), part("BYDAY", list(weekday))),
  fc.tuple(fc.constant("FREQ=MONTHLY")),
  fc.tuple(fc.constant("FREQ=MONTHLY"), part("BYMONTHDAY", list(fc.integer({ min: 1, max: 28 })))),
  fc.tuple(fc.constant("FREQ=MONTHLY"), part("BYDAY", list(nth))),
  fc.tuple(fc.constant("FREQ=MONTHLY"), part("BYDAY", list(weekday)), part("BYSETPOS", fc.constantFrom(1, 2, 3, 4, -1))),
  fc.tuple(fc.constant("FREQ=YEARLY")),
  fc.tuple(fc.constant("FREQ=YEARLY"), part("BYMONTH", fc.integer({ min: 1, max: 12 })), part("BYDAY", nth)),
  fc.tuple(
    fc.constant("FREQ=YEARLY"),
    part("BYMONTH", fc.constantFrom(1, 3, 12)),
    part("BYMONTHDAY", fc.constantFrom(1, 30, 31)),
  ),
);
const rule = fc
  .tuple(forms, fc.integer({ min: 1, max: 5 }), fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }))
  .map(([parts, interval, count]) =>
    [...parts, `INTERVAL=${interval}`, ...(count === undefined ? [] : [`COUNT=${count}`])].join(";"),
  );

test("what is found near a moment is what one finds by going there from the very first time", () => {
  const days = fc.integer({ min: 0, max: 9_000 });
  const property = fc.property(rule, days, days, (text, startDay, laterDay) => {
    const start = new Date(Date.UTC(2000, 0, 1 + startDay, 19));
    const written = start.toISOString().replace(/[-:]|\.000/g, "");
    const { events, findings } = readCalendar(
      "calendars/data8.ics",
      Buffer.from(calendar(event("CATEGORIES:EXAM", `DTSTART:${written}`, "DURATION:PT2H", `RRULE:${text}`))),
    );
    // The 29th of February, and days that not all months have.
    if (findings.some(({ code }) => code === "calendar-rule")) return;
    expect(findings).toEqual([]);
    const from = start.getTime() + laterDay * 86_400_000;
    const to = from + 40 * 86_400_000;
    const expected = new Set<number>(start.getTime() >= from ? [start.getTime()] : []);
    const iterator = ICAL.Recur.fromString(text).iterator(ICAL.Time.fromJSDate(start, true));
    for (let next = iterator.next(); next && next.toJSDate().getTime() <= to; next = iterator.next())
      if (next.toJSDate().getTime() >= from) expected.add(next.toJSDate().getTime());
    const found = events.flatMap((each) => occurrencesBetween(each, from, to)).map(({ startsAt }) => startsAt);
    expect(found.filter((startsAt) => startsAt >= from)).toEqual([...expected].sort((a, b) => a - b));
  });
  fc.assert(property, { numRuns: 200 });
});
