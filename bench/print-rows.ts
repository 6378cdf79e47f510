import { markdownTable } from "markdown-table";
import type { Row } from "./bench.ts";

/** A table for the terminal, and for a page of figures as it is. */
export function printRows(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.what, `${format(row.value)} ${row.unit}`, describeTarget(row)]);
  return `${markdownTable([["What", "Measured", "Target"], ...cells], { align: ["l", "r", "l"] })}\n`;
}

function describeTarget({ unit, value, target }: Row): string {
  if (target === undefined) return "";
  const isMet = unit === "ms" ? value <= target : value >= target;
  return `${unit === "ms" ? "at most" : "at least"} ${format(target)}: ${isMet ? "met" : "missed"}`;
}

const format = (value: number) => (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10).toLocaleString("en");
