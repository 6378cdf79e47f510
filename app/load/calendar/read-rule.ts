import { z } from "zod";
import type { RepeatRule } from "../../domain/calendar.ts";
import type { FilePlace, Finding } from "../../domain/finding.ts";
import { momentOf } from "../../domain/zoned-time.ts";
import { blame } from "../blame.ts";
import { type CalendarComponent, propertiesOf } from "./components.ts";
import { type ReadTime, wallOf } from "./read-times.ts";

const listOf = <Item extends z.ZodType>(item: Item) => z.union([item.transform((one) => [one]), z.array(item).min(1).max(31)]);
const weekdays = listOf(z.enum(["SU", "MO", "TU", "WE", "TH", "FR", "SA"]));
const nthWeekdays = listOf(z.string().regex(/^(?:\+?[1-4]|-1)(?:SU|MO|TU|WE|TH|FR|SA)$/));
const nth = listOf(z.literal([-1, 1, 2, 3, 4]));
const month = z.int().min(1).max(12);
/** Later days are not in each month, and what comes never would be looked for without end. */
const days = listOf(z.int().min(1).max(28));
const interval = z.int().min(1).max(100).default(1);
const ends = { count: z.int().min(1).max(400).optional(), until: z.string().optional(), wkst: z.int().optional() };

/** What calendars of courses have, and what calendar programs write for it. */
const followed = z.union([
  z.strictObject({ freq: z.literal("DAILY"), interval, ...ends }),
  z.strictObject({ freq: z.literal("DAILY"), interval: z.literal(1).default(1), byday: weekdays, ...ends }),
  z.strictObject({ freq: z.literal("WEEKLY"), interval, byday: weekdays.optional(), ...ends }),
  z.strictObject({ freq: z.literal("MONTHLY"), interval, bymonthday: days.optional(), ...ends }),
  z.strictObject({ freq: z.literal("MONTHLY"), interval, byday: nthWeekdays, ...ends }),
  z.strictObject({ freq: z.literal("MONTHLY"), interval, byday: weekdays, bysetpos: nth.optional(), ...ends }),
  z.strictObject({ freq: z.literal("YEARLY"), interval, ...ends }),
  z.strictObject({ freq: z.literal("YEARLY"), interval, bymonth: month, bymonthday: listOf(z.int().min(1).max(31)), ...ends }),
  z.strictObject({ freq: z.literal("YEARLY"), interval, bymonth: month, byday: nthWeekdays, ...ends }),
]);

export type ReadRule = { kind: "once" } | { kind: "rule"; rule: RepeatRule } | { kind: "not-followed"; at: FilePlace };

/** How an event repeats. Only such rules are followed whose next date is near, whatever the file says. */
export function readRule(event: CalendarComponent, start: ReadTime, findings: Finding[]): ReadRule {
  const written = propertiesOf(event, "RRULE", findings);
  const [only, second] = written;
  if (!only) return { kind: "once" };
  const checked = followed.safeParse({ ...Object(only.values[0]) });
  if (second || !checked.success) return { kind: "not-followed", at: (second ?? only).at };
  const { until, ...rule } = { byday: undefined, bymonth: undefined, bymonthday: undefined, ...checked.data };
  if (isRare(rule, new Date(start.wallMs))) return { kind: "not-followed", at: only.at };
  if (until === undefined) return { kind: "rule", rule };
  const untilAt = endOf(until, start);
  return untilAt === undefined ? { kind: "not-followed", at: only.at } : { kind: "rule", rule: { ...rule, untilAt } };
}

/** Whether there are years, or months, without such a day. */
function isRare({ freq, byday, bymonth, bymonthday }: RepeatRule, start: Date): boolean {
  if (byday) return false;
  const [ownDay, ownMonth] = [start.getUTCDate(), start.getUTCMonth() + 1];
  if (freq === "MONTHLY") return bymonthday === undefined && ownDay > 28;
  const inMonth = new Date(Date.UTC(2023, bymonth ?? ownMonth, 0)).getUTCDate();
  return freq === "YEARLY" && (bymonthday ?? [ownDay]).some((day) => day > inMonth);
}

const DAY_MS = 24 * 3600_000;

/** A day as the end is meant with all that is in it. */
function endOf(until: string, { zone }: ReadTime): number | undefined {
  const wallMs = wallOf(until);
  if (wallMs === undefined) return undefined;
  if (until.endsWith("Z")) return wallMs;
  return momentOf(until.includes("T") ? wallMs : wallMs + DAY_MS - 1000, zone);
}

export function notFollowed(at: FilePlace, isExam: boolean): Finding {
  const words = {
    code: "calendar-rule",
    what: `How this event repeats is not followed${isExam ? "" : ", so it is left out"}.`,
    why: "Campanile follows what happens each day, on days of the week, on a day or a weekday of the month, or once a year, and what is written so that the next time is found at once.",
    fix: "Write it as one of these, or as events of their own.",
  };
  return isExam ? blame(at, words) : { severity: "warn", ...words, at };
}
