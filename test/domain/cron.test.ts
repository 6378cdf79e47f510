import { expect, test } from "vitest";
import { isTimeZone, lastDue, leastPauseMinutes } from "../../app/domain/cron.ts";

test.each([
  ["30 7 * * 1-5", 24 * 60],
  ["0 */6 * * *", 6 * 60],
  ["*/15 * * * *", 15],
  ["0,5 8 * * *", 5],
  ["@daily", 24 * 60],
])("%s leaves at least %i minutes", (expression, minutes) => {
  expect(leastPauseMinutes(expression)).toBe(minutes);
});

test.each(["", "30 7 * *", "61 * * * *", "0 0 30 2 *", "*/5 * * * * *", "2026-11-26T07:30:00", "half past seven"])(
  "%s never comes",
  (expression) => {
    expect(leastPauseMinutes(expression)).toBeUndefined();
  },
);

const weekdays = { cron: ["30 7 * * 1-5"], timeZone: "America/Los_Angeles" };

test.each([
  ["a second before the first class, yesterday's", "2026-11-03T15:29:59Z", "2026-11-02T15:30:00.000Z"],
  ["at the very time", "2026-11-03T15:30:00Z", "2026-11-03T15:30:00.000Z"],
  ["after a weekend, Friday's", "2026-11-09T15:00:00Z", "2026-11-06T15:30:00.000Z"],
  ["in summer time, an hour earlier by UTC", "2026-10-30T18:00:00Z", "2026-10-30T14:30:00.000Z"],
])("%s", (_title, now, due) => {
  expect(lastDue(weekdays, new Date(now))?.toISOString()).toBe(due);
});

test("of several times the newest counts", () => {
  const schedule = { ...weekdays, cron: ["0 0 * * *", "30 7 * * 1-5"] };
  expect(lastDue(schedule, new Date("2026-11-03T15:31:00Z"))?.toISOString()).toBe("2026-11-03T15:30:00.000Z");
  expect(lastDue(schedule, new Date("2026-11-03T15:29:00Z"))?.toISOString()).toBe("2026-11-03T08:00:00.000Z");
});

test("a place is one that has its own time", () => {
  expect(["America/Los_Angeles", "Etc/UTC", "Mars/Base", ""].map(isTimeZone)).toEqual([true, true, false, false]);
});
