import type { FilePlace } from "./finding.ts";
import type { Zone } from "./zoned-time.ts";

/** What one file of `calendars/` says. */
export interface Calendar {
  file: string;
  /** The hub whose calendar it is; absent where it is everybody's. */
  hub?: string;
  events: CalendarEvent[];
}

/** Something that happens once or again and again. When, is worked out around a moment, and never for all time. */
export interface CalendarEvent {
  /** On one line, and not longer than people read. */
  summary: string;
  kind: "exam" | "other";
  /** Where the file says it. */
  at: FilePlace;
  /** The clock at the place when it first begins, in milliseconds as if that clock were UTC's. */
  startWallMs: number;
  zone: Zone;
  /** Days end at midnight, also where one has 23 hours. */
  lasts: { unit: "days" | "seconds"; count: number };
  /** Absent where it happens once. */
  rule?: RepeatRule;
  /** Further moments at which it begins, in milliseconds since 1970. */
  alsoAt: number[];
  /** Moments at which it would begin and does not. */
  exceptAt: number[];
}

/** An iCalendar rule of those forms whose next date is found at once. */
export interface RepeatRule {
  freq: "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";
  interval: number;
  /** How often at most, the first time included. */
  count?: number | undefined;
  /** The last moment at which it may begin, in milliseconds since 1970. */
  untilAt?: number | undefined;
  /** As iCalendar has them: `MO`, or `2MO` for the second one of a month. */
  byday?: string[] | undefined;
  bymonth?: number | undefined;
  bymonthday?: number[] | undefined;
  bysetpos?: number[] | undefined;
  /** First day of the week, 1 for Sunday. */
  wkst?: number | undefined;
}
