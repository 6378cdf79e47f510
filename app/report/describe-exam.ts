import type { ExamWindow } from "../domain/exam-window.ts";

/** `exam “Midterm 1” until 2026-10-15 04:00 UTC (calendars/data8.ics:12)`. @param shown makes what the fleet says fit to be shown */
export function describeExam({ summary, endsAt, file, line }: ExamWindow, shown: (text: string) => string): string {
  const end = `${endsAt.slice(0, 16).replace("T", " ")} UTC`;
  return `exam “${shown(summary)}” until ${end} (${shown(file)}:${line})`;
}
