import type { MonthSummary } from "../summarize.ts";
import { type Html, html } from "./html.ts";

const WIDTH = 1000;
const HEIGHT = 190;
const BASE = 160;
const TOP = 12;
const LEFT = 40;

/** Merges of each month, those that would have been stopped in front. */
export function monthChart(months: readonly MonthSummary[]): Html {
  const most = Math.max(1, ...months.map(({ merges }) => merges));
  const step = (WIDTH - LEFT) / Math.max(months.length, 1);
  const barWidth = Math.min(step * 0.8, 36);
  const heightOf = (count: number) => ((BASE - TOP) * count) / most;
  const bar = (className: string, count: number, x: number) =>
    html`<rect class="${className}" x="${round(x)}" y="${round(BASE - heightOf(count))}" width="${round(barWidth)}" height="${round(heightOf(count))}"/>`;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Merges by month, and how many of them would have been stopped">
<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${BASE}" y2="${BASE}"/><line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${TOP}" y2="${TOP}"/>
<text x="${LEFT - 8}" y="${BASE + 4}" text-anchor="end">0</text><text x="${LEFT - 8}" y="${TOP + 4}" text-anchor="end">${most}</text>
${months.map(({ month, merges, stopped }, index) => {
  const x = LEFT + step * index + (step - barWidth) / 2;
  return html`<g><title>${month}: ${stopped} of ${merges} merges would have been stopped</title>${bar("merges", merges, x)}${bar("stopped", stopped, x)}</g>
`;
})}${labelsOf(months).map(({ index, text }) => html`<text x="${round(LEFT + step * (index + 0.5))}" y="${HEIGHT - 10}" text-anchor="middle">${text}</text>`)}</svg>`;
}

/** Room for so many labels side by side. */
const LABELS = 14;

/** Each month while there is room, else each January, else every few years. */
function labelsOf(months: readonly MonthSummary[]): { index: number; text: string }[] {
  const all = months.map(({ month }, index) => ({ index, text: month }));
  if (all.length <= LABELS) return all;
  const years = all.filter(({ text }) => text.endsWith("-01")).map(({ index, text }) => ({ index, text: text.slice(0, 4) }));
  return years.filter((_, index) => index % Math.ceil(years.length / LABELS) === 0);
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;
