import type { Finding } from "../../domain/finding.ts";
import { blame } from "../blame.ts";

/** One line as iCalendar means it: what follows on indented lines belongs to it. */
export interface ContentLine {
  /** On which line of the file it begins. */
  line: number;
  /** In upper case. */
  name: string;
  text: string;
}

export type SplitLines = { kind: "lines"; lines: ContentLine[] } | { kind: "faults"; findings: Finding[] };

/** With more lines like these it is another kind of file. */
const FAULTS_LIMIT = 20;

/** @see RFC 5545, 3.1 */
export function splitLines(file: string, text: string): SplitLines {
  const parts: { line: number; pieces: string[] }[] = [];
  text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .forEach((written, index) => {
      const last = parts.at(-1);
      if (/^[ \t]/.test(written) && last) last.pieces.push(written.slice(1));
      else if (written !== "") parts.push({ line: index + 1, pieces: [written] });
    });
  const findings: Finding[] = [];
  const lines = parts.flatMap(({ line, pieces }): ContentLine[] => {
    const whole = pieces.join("");
    const name = /^([A-Za-z0-9-]+)[;:]/.exec(whole)?.[1];
    if (name !== undefined) return [{ line, name: name.toUpperCase(), text: whole }];
    findings.push(noName(file, line));
    return [];
  });
  if (lines[0]?.name !== "BEGIN") return { kind: "faults", findings: [noCalendar(file, parts[0]?.line ?? 1)] };
  return findings.length > 0 ? { kind: "faults", findings: findings.slice(0, FAULTS_LIMIT) } : { kind: "lines", lines };
}

function noName(file: string, line: number): Finding {
  return blame(
    { file, line },
    {
      code: "calendar-syntax",
      what: "This line does not begin with a name and a colon.",
      why: "Each line of a calendar is NAME:value. A text that goes on in the next line has a space at the beginning of that one.",
      fix: "Begin the line with a space if it belongs to the one above, else remove it.",
    },
  );
}

function noCalendar(file: string, line: number): Finding {
  return blame(
    { file, line },
    {
      code: "calendar-syntax",
      what: `${file} is no calendar.`,
      why: "A calendar in the form of iCalendar (.ics) begins with BEGIN:VCALENDAR.",
      fix: "Export the calendar anew as .ics, and commit that file.",
    },
  );
}
