import ICAL from "ical.js";
import type { CalendarEvent } from "../../domain/calendar.ts";
import type { FilePlace, Finding } from "../../domain/finding.ts";
import { occurrencesBetween } from "../../domain/occurrences.ts";
import { blame } from "../blame.ts";
import { type CalendarComponent, propertiesOf, textOf } from "./components.ts";
import { notFollowed, readRule } from "./read-rule.ts";
import { badTime, momentOfTime, type ReadTime, timesOf } from "./read-times.ts";
import type { Zones } from "./read-zones.ts";

/** One VEVENT. Several of them may be about one event: the others say what is different at one of its times. */
export interface ReadEvent {
  uid: string;
  /** The time of the event that this one stands for, in milliseconds since 1970. */
  standsForAt: number | undefined;
  isCancelled: boolean;
  /** Undefined where it does not say of what kind it is. */
  isExam: boolean | undefined;
  event: CalendarEvent;
}

const SUMMARY_LIMIT = 100;
const DAY_SECONDS = 24 * 3600;
/** Longer than a term; and what repeats is shorter, or many times of it would be at once. */
const LENGTH_LIMIT_DAYS = 400;
const REPEATED_LENGTH_LIMIT_DAYS = 31;

/** @returns undefined for what cannot be read or is left out; the findings say why */
export function readEvent(component: CalendarComponent, zones: Zones, findings: Finding[]): ReadEvent | undefined {
  const { at } = component;
  const [start] = readTimes(component, "DTSTART", zones, findings);
  if (!start) {
    if (!component.lines.some(({ name }) => name === "DTSTART")) findings.push(badTime(at, "This event has no DTSTART."));
    return undefined;
  }
  const isExam = readCategories(component, findings);
  const lasts = readLength(component, start, zones, findings);
  const rule = readRule(component, start, findings);
  const standsFor = readStandsFor(component, zones, findings);
  const alsoAt = readTimes(component, "RDATE", zones, findings).map(momentOfTime);
  const exceptAt = readTimes(component, "EXDATE", zones, findings).map((time) => exceptOf(time, start, findings));
  if (!lasts || standsFor === "not-followed") return undefined;
  const isLong = lasts.count * (lasts.unit === "days" ? 1 : 1 / DAY_SECONDS) > REPEATED_LENGTH_LIMIT_DAYS;
  if (isExam && lasts.count === 0) findings.push(endless(at));
  const { wallMs: startWallMs, zone } = start;
  const summary = textOf(component, "SUMMARY", findings)
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, SUMMARY_LIMIT);
  const event: CalendarEvent = {
    summary: summary || "without a name",
    kind: isExam ? "exam" : "other",
    at,
    startWallMs,
    zone,
    lasts,
    ...(rule.kind === "rule" ? { rule: rule.rule } : {}),
    alsoAt,
    exceptAt,
  };
  const isFollowed = rule.kind === "once" || (rule.kind === "rule" && !isLong && comesOnce(event));
  if (!isFollowed) {
    findings.push(notFollowed(rule.kind === "not-followed" ? rule.at : at, isExam === true));
    return undefined;
  }
  const isCancelled = textOf(component, "STATUS", findings).toUpperCase() === "CANCELLED";
  return { uid: textOf(component, "UID", findings), standsForAt: standsFor, isCancelled, isExam, event };
}

const readTimes = (component: CalendarComponent, name: string, zones: Zones, findings: Finding[]): ReadTime[] =>
  propertiesOf(component, name, findings).flatMap((property) => timesOf(property, zones, findings));

/** By what the calendar says alone: a title may say anything. */
function readCategories(component: CalendarComponent, findings: Finding[]): boolean | undefined {
  const categories = propertiesOf(component, "CATEGORIES", findings).flatMap(({ values }) => values.map(String));
  return categories.length === 0 ? undefined : categories.some((each) => /^\s*exams?\s*$/i.test(each));
}

/** @returns undefined for what ends before it begins, or cannot be read */
function readLength(
  component: CalendarComponent,
  start: ReadTime,
  zones: Zones,
  findings: Finding[],
): CalendarEvent["lasts"] | undefined {
  const before = findings.length;
  const [end] = readTimes(component, "DTEND", zones, findings);
  const [duration] = propertiesOf(component, "DURATION", findings);
  if (findings.length > before) return undefined;
  const at = end?.at ?? duration?.at ?? component.at;
  const seconds = end ? secondsUntil(end, start) : duration ? secondsOf(duration.values[0]) : start.isDay ? DAY_SECONDS : 0;
  const isSane = seconds !== undefined && seconds >= 0 && seconds <= LENGTH_LIMIT_DAYS * DAY_SECONDS;
  if (isSane && (end === undefined || end.isDay === start.isDay) && (!start.isDay || seconds % DAY_SECONDS === 0))
    return start.isDay ? { unit: "days", count: seconds / DAY_SECONDS || 1 } : { unit: "seconds", count: seconds };
  findings.push(badTime(at, "This is no end that fits the event's beginning."));
  return undefined;
}

function secondsUntil(end: ReadTime, start: ReadTime): number {
  // Days are counted by the calendar: one of them may have 23 hours.
  if (start.isDay) return (end.wallMs - start.wallMs) / 1000;
  return (momentOfTime(end) - momentOfTime(start)) / 1000;
}

function secondsOf(duration: unknown): number | undefined {
  if (!/^\+?P(?:\d{1,4}W|(?:\d{1,4}D)?(?:T(?:\d{1,5}H)?(?:\d{1,6}M)?(?:\d{1,8}S)?)?)$/.test(String(duration))) return undefined;
  return ICAL.Duration.fromString(String(duration)).toSeconds();
}

function readStandsFor(component: CalendarComponent, zones: Zones, findings: Finding[]): number | "not-followed" | undefined {
  const [written] = propertiesOf(component, "RECURRENCE-ID", findings);
  if (!written) return undefined;
  if (written.parameters.range !== undefined) {
    findings.push(notFollowed(written.at, true));
    return "not-followed";
  }
  const [time] = timesOf(written, zones, findings);
  return time ? momentOfTime(time) : "not-followed";
}

function exceptOf(time: ReadTime, start: ReadTime, findings: Finding[]): number {
  if (time.isDay && !start.isDay) findings.push(badTime(time.at, "EXDATE names a day, and the event begins at a time of day."));
  return momentOfTime(time);
}

/** The library finds most of what is wrong with a rule when it looks for its dates. */
function comesOnce(event: CalendarEvent): boolean {
  const { startWallMs } = event;
  try {
    return occurrencesBetween(event, startWallMs, startWallMs).length >= 0;
  } catch {
    return false;
  }
}

function endless(at: FilePlace): Finding {
  return blame(at, {
    code: "calendar-time",
    what: "This exam does not say when it ends.",
    why: "Until then no journey is played through the hub.",
    fix: 'Add its end, such as "DTEND;TZID=America/Los_Angeles:20261014T210000".',
  });
}
