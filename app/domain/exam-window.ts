import type { Fleet } from "./hub.ts";
import { occurrencesBetween } from "./occurrences.ts";

/** How long before an exam nothing may be in its way: a journey takes a server, and students come early. */
export const EXAM_LEAD_MINUTES = 60;

/** An exam that is held, or begins soon. JSON: it is kept with what was decided by it. */
export interface ExamWindow {
  summary: string;
  /** ISO 8601. */
  endsAt: string;
  file: string;
  line: number;
}

/**
 * The exam that students sit at this moment on this hub; of several, the one that ends last.
 * Exams count in every environment but the fleet's first, where things are tried. Where there is only one, students sit them there.
 */
export function examAt(
  { calendars = [], environments }: Pick<Fleet, "calendars" | "environments">,
  { hub, environment }: { hub: string; environment: string },
  now: Date,
): ExamWindow | undefined {
  if (environments.length > 1 && environments[0]?.name === environment) return undefined;
  const moment = now.getTime();
  const held = calendars
    .filter((calendar) => calendar.hub === undefined || calendar.hub === hub)
    .flatMap(({ events }) => events.filter(({ kind }) => kind === "exam"))
    .flatMap((event) =>
      occurrencesBetween(event, moment, moment + EXAM_LEAD_MINUTES * 60_000).map(({ endsAt }) => ({ event, endsAt })),
    )
    .filter(({ endsAt }) => endsAt > moment)
    .sort((a, b) => b.endsAt - a.endsAt)[0];
  if (!held) return undefined;
  const { summary, at } = held.event;
  return { summary, endsAt: new Date(held.endsAt).toISOString(), file: at.file, line: at.line };
}
