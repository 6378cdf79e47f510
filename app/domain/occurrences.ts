import ICAL from "ical.js";
import type { CalendarEvent, RepeatRule } from "./calendar.ts";
import { momentOf, timeOfWall, wallOfTime } from "./zoned-time.ts";

/** One time that an event happens, in milliseconds since 1970. */
export interface Occurrence {
  startsAt: number;
  endsAt: number;
}

const DAY_MS = 24 * 3600_000;
/** A clock is never further from UTC's, and a day never longer. */
const SLACK_MS = 2 * DAY_MS;

/** @returns when the event happens between two moments, in order; what takes place across one of them counts */
export function occurrencesBetween(event: CalendarEvent, from: number, to: number): Occurrence[] {
  const except = new Set(event.exceptAt);
  const walls = [event.startWallMs, ...repeatedWalls(event, from, to)];
  const starts = new Map(walls.map((wallMs) => [momentOf(wallMs, event.zone), wallMs]));
  const last = event.rule?.untilAt ?? Number.POSITIVE_INFINITY;
  const regular = [...starts]
    .filter(([startsAt, wallMs]) => startsAt <= last || wallMs === event.startWallMs)
    .map(([startsAt, wallMs]) => ({ startsAt, endsAt: endOf(event, startsAt, wallMs) }));
  const further = event.alsoAt
    .filter((startsAt) => !starts.has(startsAt))
    .map((startsAt) => ({ startsAt, endsAt: startsAt + lengthMs(event) }));
  return [...regular, ...further]
    .filter(({ startsAt, endsAt }) => startsAt <= to && endsAt >= from && !except.has(startsAt))
    .sort((a, b) => a.startsAt - b.startsAt);
}

const lengthMs = ({ lasts: { unit, count } }: CalendarEvent) => count * (unit === "days" ? DAY_MS : 1000);

function endOf(event: CalendarEvent, startsAt: number, wallMs: number): number {
  return event.lasts.unit === "days" ? momentOf(wallMs + lengthMs(event), event.zone) : startsAt + lengthMs(event);
}

function repeatedWalls(event: CalendarEvent, from: number, to: number): number[] {
  const { rule, startWallMs } = event;
  if (!rule || startWallMs > to + SLACK_MS) return [];
  const earliest = from - lengthMs(event) - SLACK_MS;
  // A copy, because the library writes into what it reads.
  const { untilAt: _, ...data } = structuredClone(rule);
  const iterator = new ICAL.Recur(dataOf(data)).iterator(timeOfWall(startNear(startWallMs, rule, earliest)));
  const walls: number[] = [];
  for (let next = iterator.next(); next; next = iterator.next()) {
    const wallMs = wallOfTime(next);
    if (wallMs > to + SLACK_MS) break;
    if (wallMs >= earliest) walls.push(wallMs);
  }
  return walls;
}

/** The library takes an absent key for one that says something. */
function dataOf(rule: Omit<RepeatRule, "untilAt">) {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

/**
 * Where to begin instead of at the very first time, so that a rule of many years costs no more than one of this week. The dates that
 * follow are the same, because it is a whole number of periods later.
 */
function startNear(startWallMs: number, rule: RepeatRule, earliest: number): number {
  // What is counted has to be counted from the beginning.
  if (rule.count !== undefined) return startWallMs;
  if (rule.freq === "DAILY" || rule.freq === "WEEKLY") {
    const periodMs = rule.interval * (rule.freq === "DAILY" ? 1 : 7) * DAY_MS;
    return startWallMs + Math.max(0, Math.floor((earliest - startWallMs) / periodMs) - 1) * periodMs;
  }
  const start = new Date(startWallMs);
  const goal = new Date(earliest);
  const monthsBetween = (goal.getUTCFullYear() - start.getUTCFullYear()) * 12 + goal.getUTCMonth() - start.getUTCMonth();
  const period = rule.interval * (rule.freq === "MONTHLY" ? 1 : 12);
  const skipped = Math.max(0, Math.floor(monthsBetween / period) - 1) * period;
  if (skipped === 0) return startWallMs;
  // A later month may not have the day, which counts only where the rule names no other.
  const isOwnDay = rule.byday === undefined && rule.bymonthday === undefined;
  return new Date(startWallMs).setUTCMonth(start.getUTCMonth() + skipped, isOwnDay ? start.getUTCDate() : 1);
}
