import { describe, expect, test } from "vitest";
import { occurrencesBetween } from "../../../app/domain/occurrences.ts";
import { readCalendar } from "../../../app/load/calendar/read-calendar.ts";
import { calendar, event, GOOGLE, OUTLOOK } from "./ics.ts";

const FILE = "calendars/data8.ics";
const TERM = [Date.parse("2026-08-01T00:00:00Z"), Date.parse("2027-01-15T00:00:00Z")] as const;
const read = (text: string | Buffer) => readCalendar(FILE, Buffer.from(text));

/** When everything of a calendar happens in the term: `2026-10-14T02:00Z 120 min Midterm 1`. */
function happens(text: string): string[] {
  const { events, findings } = read(text);
  expect(findings).toEqual([]);
  return events
    .flatMap((each) => occurrencesBetween(each, ...TERM).map((occurrence) => ({ ...occurrence, summary: each.summary })))
    .sort((a, b) => a.startsAt - b.startsAt)
    .map(({ startsAt, endsAt, summary }) => {
      const start = new Date(startsAt).toISOString().replace(":00.000", "");
      return `${start} ${(endsAt - startsAt) / 60_000} min ${summary}`;
    });
}

const PACIFIC = "TZID=America/Los_Angeles";
const evening = (...more: string[]) =>
  event(`DTSTART;${PACIFIC}:20261014T190000`, `DTEND;${PACIFIC}:20261014T210000`, "SUMMARY:Midterm 1", ...more);

describe("what calendar programs export", () => {
  test("Google Calendar: a weekly lecture has its holidays, its end, its exception, and its hour after summer time", () => {
    const all = happens(GOOGLE);
    expect(all.slice(0, 5)).toEqual([
      "2026-08-26T16:00Z 60 min Lecture",
      "2026-08-28T16:00Z 60 min Lecture",
      "2026-08-31T16:00Z 60 min Lecture",
      "2026-09-02T16:00Z 60 min Lecture",
      "2026-09-04T16:00Z 60 min Lecture",
    ]);
    expect(all).not.toContain("2026-09-07T16:00Z 60 min Lecture");
    expect(all).toContain("2026-10-30T18:00Z 60 min Lecture (later today)");
    expect(all).not.toContain("2026-10-30T16:00Z 60 min Lecture");
    expect(all).toContain("2026-11-02T17:00Z 60 min Lecture");
    expect(all.slice(-2)).toEqual(["2026-12-04T17:00Z 60 min Lecture", "2026-12-25T08:00Z 1440 min Holiday"]);
    expect(read(GOOGLE).events.every(({ kind }) => kind === "other")).toBe(true);
  });

  test("Outlook: a zone with a name of Windows is followed as the file describes it", () => {
    expect(happens(OUTLOOK)).toEqual([
      "2026-10-15T02:00Z 120 min Midterm 1",
      "2026-11-12T03:00Z 120 min Midterm 1",
      "2026-12-10T03:00Z 120 min Midterm 1",
    ]);
    expect(read(OUTLOOK).events).toMatchObject([{ kind: "exam", at: { file: FILE, line: 20 } }]);
  });
});

test.each([
  ["a zone of the time zone database that nobody describes", [], ["2026-10-15T02:00Z 120 min Midterm 1"]],
  [
    "a week later also, but not in the week after",
    ["RRULE:FREQ=WEEKLY;COUNT=3", `EXDATE;${PACIFIC}:20261028T190000`],
    ["2026-10-15T02:00Z 120 min Midterm 1", "2026-10-22T02:00Z 120 min Midterm 1"],
  ],
  [
    "an exception in another zone's time",
    ["RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE:20261022T020000Z"],
    ["2026-10-15T02:00Z 120 min Midterm 1"],
  ],
  [
    "a further date",
    [`RDATE;${PACIFIC}:20261104T190000`],
    ["2026-10-15T02:00Z 120 min Midterm 1", "2026-11-05T03:00Z 120 min Midterm 1"],
  ],
  [
    "a last day, which counts",
    ["RRULE:FREQ=WEEKLY;UNTIL=20261021"],
    ["2026-10-15T02:00Z 120 min Midterm 1", "2026-10-22T02:00Z 120 min Midterm 1"],
  ],
  ["a cancelled event", ["STATUS:CANCELLED"], []],
] as const)("%s is understood", (_title, more, expected) => {
  expect(happens(calendar(evening(...more)))).toEqual(expected);
});

test("a time of UTC, a length in place of an end, and a day that has 25 hours", () => {
  expect(happens(calendar(event("DTSTART:20261014T190000Z", "DURATION:PT1H30M", "SUMMARY:Quiz")))).toEqual([
    "2026-10-14T19:00Z 90 min Quiz",
  ]);
  const day = event("DTSTART;VALUE=DATE:20261101", "SUMMARY:Exam day");
  expect(happens(calendar("X-WR-TIMEZONE:America/Los_Angeles", day))).toEqual(["2026-11-01T07:00Z 1500 min Exam day"]);
});

test("one time of an event that is cancelled or moved leaves the others alone, and a moved exam is one still", () => {
  const id = `RECURRENCE-ID;${PACIFIC}:20261021T190000`;
  const weekly = evening("RRULE:FREQ=WEEKLY;COUNT=3", "CATEGORIES:EXAM");
  expect(happens(calendar(weekly, evening(id, "STATUS:CANCELLED")))).toEqual([
    "2026-10-15T02:00Z 120 min Midterm 1",
    "2026-10-29T02:00Z 120 min Midterm 1",
  ]);
  const moved = event(id, `DTSTART;${PACIFIC}:20261022T080000`, "DURATION:PT1H", "SUMMARY:Moved");
  expect(happens(calendar(weekly, moved))).toEqual([
    "2026-10-15T02:00Z 120 min Midterm 1",
    "2026-10-22T15:00Z 60 min Moved",
    "2026-10-29T02:00Z 120 min Midterm 1",
  ]);
  expect(read(calendar(weekly, moved)).events.map(({ kind }) => kind)).toEqual(["exam", "exam"]);
});

test.each([
  ["CATEGORIES:EXAM", "exam"],
  ["CATEGORIES:Data 8,exams", "exam"],
  ["CATEGORIES:Data 8\r\nCATEGORIES:Exam", "exam"],
  ["CATEGORIES:EXAMPLE", "other"],
  ["CATEGORIES:Not an exam", "other"],
  ["LOCATION:exam hall", "other"],
] as const)("%s makes it %s, whatever its title says", (line, kind) => {
  expect(
    read(calendar(event(`DTSTART;${PACIFIC}:20261014T190000`, "DURATION:PT1H", "SUMMARY:Final Exam", line))).events,
  ).toMatchObject([{ kind }]);
});

test.each([
  ["no calendar", "<!doctype html>\n<p>Sign in", "calendar-syntax", 1, /is no calendar/],
  ["nothing", "", "calendar-syntax", 1, /is no calendar/],
  ["a line that lost its space", calendar("DESCRIPTION:one", "and two"), "calendar-syntax", 5, /does not begin with a name/],
  [
    "an event that does not end",
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n",
    "calendar-syntax",
    3,
    /what is open is VEVENT, since line 2/,
  ],
  ["a calendar that does not end", "BEGIN:VCALENDAR\n", "calendar-syntax", 1, /VCALENDAR has no END/],
  ["a rule that is none", calendar(evening("RRULE:FREQ=SOMETIMES")), "calendar-syntax", 9, /RRULE cannot be read/],
  ["a time at no place", calendar(event("DTSTART:20261014T190000")), "calendar-time", 6, /at no place/],
  ["a day at no place", calendar(event("DTSTART;VALUE=DATE:20261014")), "calendar-time", 6, /day is at no place/],
  ["a time without its time", calendar(event(`DTSTART;${PACIFIC}:20261014`)), "calendar-time", 6, /no such time/],
  ["a day that does not exist", calendar(event(`DTSTART;${PACIFIC}:20260230T190000`)), "calendar-time", 6, /no such time/],
  ["a year long ago", calendar(event(`DTSTART;${PACIFIC}:00010101T000000`)), "calendar-time", 6, /no such time/],
  [
    "a zone that nobody knows",
    calendar(event("DTSTART;TZID=Berkeley:20261014T190000")),
    "calendar-time",
    6,
    /time zone "Berkeley"/,
  ],
  ["no beginning", calendar(event("SUMMARY:Midterm")), "calendar-time", 4, /no DTSTART/],
  [
    "an end before the beginning",
    calendar(event("DTSTART:20261014T190000Z", "DTEND:20261014T180000Z")),
    "calendar-time",
    7,
    /no end that fits/,
  ],
  [
    "an end that is a day",
    calendar("X-WR-TIMEZONE:UTC", event("DTSTART:20261014T190000Z", "DTEND;VALUE=DATE:20261015")),
    "calendar-time",
    8,
    /no end that fits/,
  ],
  ["a length that is none", calendar(event("DTSTART:20261014T190000Z", "DURATION:P1X")), "calendar-time", 7, /no end that fits/],
  ["an exam without an end", calendar(event("DTSTART:20261014T190000Z", "CATEGORIES:EXAM")), "calendar-time", 4, /when it ends/],
  [
    "an exception that is a day",
    calendar("X-WR-TIMEZONE:UTC", event("DTSTART:20261014T190000Z", "EXDATE;VALUE=DATE:20261014")),
    "calendar-time",
    8,
    /names a day/,
  ],
  [
    "a zone that changes each second",
    OUTLOOK.replace("FREQ=YEARLY;INTERVAL=1;BYDAY=1SU", "FREQ=SECONDLY;INTERVAL=1;BYDAY=1SU"),
    "calendar-time",
    11,
    /cannot be followed/,
  ],
  [
    "two rules",
    calendar(evening("RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2", "CATEGORIES:EXAM")),
    "calendar-rule",
    10,
    /not followed/,
  ],
  [
    "an exam that changes from one time on",
    calendar(evening("RECURRENCE-ID;RANGE=THISANDFUTURE:20261014T190000Z")),
    "calendar-rule",
    9,
    /not followed/,
  ],
] as const)("%s is a finding on its line", (_title, text, code, line, words) => {
  const { findings } = read(text);
  expect(findings).toMatchObject([{ code, severity: "block", at: { file: FILE, line } }]);
  expect(findings[0]?.what).toMatch(words);
});

test("all faults of a file are found at once", () => {
  const text = calendar(
    event("DTSTART:20261014T190000"),
    event(`DTSTART;${PACIFIC}`),
    event("DTSTART;TZID=Berkeley:20261014T190000"),
  );
  expect(read(text).findings.map(({ code, at }) => `${code} ${at.line}`)).toEqual([
    "calendar-time 6",
    "calendar-syntax 10",
    "calendar-time 14",
  ]);
});

test("what repeats in a way that is not followed is an error of an exam, and a warning of anything else", () => {
  const odd = "RRULE:FREQ=WEEKLY;BYHOUR=7,19";
  expect(read(calendar(evening(odd, "CATEGORIES:EXAM"))).findings).toMatchObject([{ code: "calendar-rule", severity: "block" }]);
  expect(read(calendar(evening(odd)))).toMatchObject({ events: [], findings: [{ code: "calendar-rule", severity: "warn" }] });
});

describe("a hostile calendar costs little", () => {
  const exam = (...more: string[]) => evening("CATEGORIES:EXAM", ...more);
  const many = (count: number, text: string) => Array.from({ length: count }, () => text);

  test.each([
    ["a time each second", exam("RRULE:FREQ=SECONDLY"), "calendar-rule"],
    ["a billion times", exam("RRULE:FREQ=DAILY;COUNT=1000000000"), "calendar-rule"],
    ["all seconds of all days", exam(`RRULE:FREQ=DAILY;BYSECOND=${[...Array(60).keys()]}`), "calendar-rule"],
    ["a day that never comes", exam("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "calendar-rule"],
    ["a day that no year has", exam("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "calendar-rule"],
    ["a weekday that is never met", exam("RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO"), "calendar-rule"],
    [
      "an exam of many days, each day",
      event(`DTSTART;${PACIFIC}:20260101T000000`, "DURATION:P300D", "RRULE:FREQ=DAILY", "CATEGORIES:EXAM"),
      "calendar-rule",
    ],
    ["more exams than anybody holds", many(201, exam("RRULE:FREQ=DAILY;COUNT=400")).join("\r\n"), "file-too-large"],
    ["more events than a term has", many(2_001, evening()).join("\r\n"), "file-too-large"],
    [
      "more exceptions than days",
      many(20, exam(`EXDATE:${many(300, "20261014T190000Z").join()}`)).join("\r\n"),
      "file-too-large",
    ],
    ["a line without end", exam(`EXDATE:${many(2_000, "20261014T190000Z").join()}`), "calendar-syntax"],
    ["more than 1 MiB", exam(`DESCRIPTION:${"x".repeat(1024 * 1024)}`), "file-too-large"],
    ["parts without end", many(30_000, "BEGIN:VEVENT").join("\r\n"), "calendar-syntax"],
    ["lines that are nothing", many(100_000, "x").join("\r\n"), "calendar-syntax"],
  ])("%s", (_title, text, code) => {
    const startedAt = performance.now();
    const { findings } = read(calendar(text));
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(findings.map((finding) => finding.code)).toContain(code);
    expect(findings.length).toBeLessThan(50);
  });

  test("as much as is let through is read and looked at in little time", () => {
    const daily = (rule: string) => event(`DTSTART;${PACIFIC}:20000101T190000`, "DURATION:P31D", "CATEGORIES:EXAM", rule);
    const rules = [
      "RRULE:FREQ=DAILY",
      "RRULE:FREQ=DAILY;COUNT=400",
      "RRULE:FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH,FR,SA",
      "RRULE:FREQ=YEARLY;INTERVAL=7",
    ];
    const { events, findings } = read(calendar(...many(50, rules.map(daily).join("\r\n"))));
    expect({ findings, count: events.length }).toEqual({ findings: [], count: 200 });
    const startedAt = performance.now();
    const at = Date.parse("2099-10-14T19:00:00Z");
    expect(events.flatMap((each) => occurrencesBetween(each, at, at)).length).toBeGreaterThan(100);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
