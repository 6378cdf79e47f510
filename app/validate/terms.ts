/** Last days of a term, generous enough for late grades: month and day, of the same year or the next. */
const TERM_ENDS: Record<string, { month: number; day: number; nextYear?: boolean }> = {
  spring: { month: 6, day: 15 },
  summer: { month: 9, day: 1 },
  fall: { month: 1, day: 31, nextYear: true },
  autumn: { month: 1, day: 31, nextYear: true },
  winter: { month: 4, day: 15 },
};

const TERM = /\b(spring|summer|fall|autumn|winter)\s*(20\d\d)\b/i;
const UNTIL =
  /\b(?:until|through|thru|expires?(?: on| after)?|ends?(?: on)?|remove after|valid to)\b[:\s]*(20\d\d)-(\d\d)-(\d\d)\b/i;

/** The last day that a note such as “Data 8, Fall 2024” or “until 2026-12-18” speaks of. */
export function endOf(note: string): { said: string; end: Date } | undefined {
  const until = UNTIL.exec(note);
  if (until)
    return { said: until[0], end: new Date(Date.UTC(Number(until[1]), Number(until[2]) - 1, Number(until[3]), 23, 59, 59)) };
  const [said, term = "", year] = TERM.exec(note) ?? [];
  const end = TERM_ENDS[term.toLowerCase()];
  if (said === undefined || !end) return undefined;
  return { said, end: new Date(Date.UTC(Number(year) + (end.nextYear ? 1 : 0), end.month - 1, end.day, 23, 59, 59)) };
}

/** The note beside a key: on its own line, or on the comment lines right above it. */
export function notesAt(lines: readonly string[], line: number): string {
  const own = /#(.*)$/.exec(lines[line - 1] ?? "")?.[1] ?? "";
  const above: string[] = [];
  for (let at = line - 2; at >= 0; at--) {
    const comment = /^\s*#(.*)$/.exec(lines[at] ?? "")?.[1];
    if (comment === undefined) break;
    above.unshift(comment);
  }
  return [...above.slice(-3), own].join(" ");
}
