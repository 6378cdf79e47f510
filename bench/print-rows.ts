import { markdownTable } from "markdown-table";
import type { Row } from "./bench.ts";

/** A table for the terminal, and for a page of figures as it is. */
export function printRows(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.what, `${format(row.value)} ${row.unit}`, describeTarget(row)]);
  return `${markdownTable([["What", "Measured", "Target"], ...cells], { align: ["l", "r", "l"] })}\n`;
}

function describeTarget({ unit, value, target }: Row): string {
  if (target === undefined) return "";
  const isLeast = unit === "a second" || unit === "times";
  const isMet = isLeast ? value >= target : value <= target;
  return `${isLeast ? "at least" : "at most"} ${format(target)}: ${isMet ? "met" : "missed"}`;
}

const format = (value: number) =>
  (value >= 100
    ? Math.round(value)
    : value >= 5
      ? Math.round(value * 10) / 10
      : Math.round(value * 1_000) / 1_000
  ).toLocaleString("en");
