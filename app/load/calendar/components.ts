import ICAL from "ical.js";
import type { FilePlace, Finding } from "../../domain/finding.ts";
import { blame } from "../blame.ts";
import type { ContentLine } from "./content-lines.ts";

/** What stands between BEGIN and END. Its lines are read when somebody asks for them. */
export interface CalendarComponent {
  /** In upper case. */
  name: string;
  at: FilePlace;
  lines: ContentLine[];
  parts: CalendarComponent[];
}

/** One line, read by the library. */
export interface CalendarProperty {
  at: FilePlace;
  /** By name in lower case. */
  parameters: Readonly<Record<string, unknown>>;
  /** In lower case, such as `date-time`. */
  type: string;
  values: unknown[];
  /** The same as the library keeps it. */
  jCal: unknown[];
}

/** A calendar, an event in it, an alarm of that: nothing is deeper. */
const DEPTH_LIMIT = 8;
/** A line of a thousand dates is shorter. */
const LINE_LIMIT = 20_000;

/** @returns undefined where it cannot be told what belongs to what; the finding says why */
export function nestComponents(
  file: string,
  lines: readonly ContentLine[],
  findings: Finding[],
): CalendarComponent[] | undefined {
  const top: CalendarComponent = { name: "", at: { file, line: 1 }, lines: [], parts: [] };
  const open = [top];
  for (const each of lines) {
    const inner = open.at(-1) ?? top;
    const name = each.text
      .slice(each.name.length + 1)
      .trim()
      .toUpperCase();
    const at = { file, line: each.line };
    if (each.name === "BEGIN") {
      const begun = { name, at, lines: [], parts: [] };
      inner.parts.push(begun);
      open.push(begun);
    } else if (each.name !== "END") inner.lines.push(each);
    else if (open.length > 1 && inner.name === name) open.pop();
    else {
      findings.push(
        crossed(at, inner === top ? "nothing is open" : `what is open is ${inner.name}, since line ${inner.at.line}`),
      );
      return undefined;
    }
    if (open.length > DEPTH_LIMIT) {
      findings.push(crossed(at, "it lies deeper than anything of a calendar"));
      return undefined;
    }
  }
  const last = open.at(-1);
  if (last === undefined || last === top) return top.parts;
  findings.push(crossed(last.at, `${last.name} has no END`));
  return undefined;
}

function crossed(at: FilePlace, because: string): Finding {
  return blame(at, {
    code: "calendar-syntax",
    what: `BEGIN and END do not match here: ${because}.`,
    why: "Each part of a calendar ends with END and its own name, so that one can tell what belongs to which event.",
    fix: "Look for a line that was lost between the two, or export the calendar anew.",
  });
}

/** @returns each line of that name that can be read; of the others there is a finding */
export function propertiesOf(component: CalendarComponent, name: string, findings: Finding[]): CalendarProperty[] {
  return component.lines
    .filter((line) => line.name === name)
    .flatMap(({ line, text }) => {
      const at = { file: component.at.file, line };
      try {
        if (text.length > LINE_LIMIT) throw new Error("longer than any such line");
        const jCal: unknown[] = ICAL.parse.property(text);
        const [, parameters, type, ...values] = jCal;
        return [{ at, parameters: { ...Object(parameters) }, type: String(type), values, jCal }];
      } catch {
        // The library's own sentences quote the file.
        findings.push(unreadable(at, name));
        return [];
      }
    });
}

function unreadable(at: FilePlace, name: string): Finding {
  return blame(at, {
    code: "calendar-syntax",
    what: `${name} cannot be read.`,
    why: "It is not written as iCalendar has it, so that nobody can tell when the event is.",
    fix: `Compare it with another event's ${name}, or export the calendar anew.`,
  });
}

/** The text of a line; empty where there is none. */
export function textOf(component: CalendarComponent, name: string, findings: Finding[]): string {
  return String(propertiesOf(component, name, findings)[0]?.values[0] ?? "");
}
