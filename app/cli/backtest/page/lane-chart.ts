import { shorten } from "../../../report/markdown.ts";
import { dayOf } from "../day-of.ts";
import type { FaultLife, StateName } from "../fault-lives.ts";
import { isStillThere } from "../summarize.ts";
import { lifetimeOf } from "../words.ts";
import { type Html, html } from "./html.ts";

const WIDTH = 1000;
const LEFT = 330;
const LANE = 20;
const TOP = 24;
/** Some twelve pixels: what lived an hour must be seen too. */
const SHORTEST = 4;
const LABEL_LIMIT = 46;
/** More lanes than this are a carpet. */
const LANES_LIMIT = 40;

/** When each blocking fault came and when it went: the longest ones, in the order in which they came. */
export function laneChart(lives: readonly FaultLife[], states: readonly StateName[]): Html | undefined {
  const shown = lives
    .filter(({ kind, finding }) => kind === "state" && finding.severity === "block")
    .toSorted((a, b) => b.days - a.days)
    .slice(0, LANES_LIMIT)
    .sort((a, b) => a.found.atSeconds - b.found.atSeconds);
  const times = states.map(({ atSeconds }) => atSeconds);
  if (shown.length === 0 || times.length === 0) return undefined;
  const [start, end] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  const scale = (WIDTH - LEFT) / Math.max(end - start, 1);
  const height = TOP + LANE * shown.length + 4;
  const lane = (life: FaultLife, index: number) => {
    const y = TOP + LANE * index;
    const width = Math.max(((life.gone?.atSeconds ?? end) - life.found.atSeconds) * scale, SHORTEST);
    // One that came at the very end must not hang over the edge.
    const x = Math.min(LEFT + (life.found.atSeconds - start) * scale, WIDTH - width);
    const label = `${life.finding.at.file.replace(/^[^/]+\/(?=.*\/)|\.ya?ml$/g, "")} · ${life.finding.code}`;
    return html`<g><title>${label}: ${lifetimeOf(life)}</title><text class="label" x="0" y="${y + 14}">${shorten(label, LABEL_LIMIT)}</text>
<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y + 10}" y2="${y + 10}"/>
<rect class="${isStillThere(life) ? "open" : "lane"}" x="${round(x)}" y="${y + 4}" width="${round(width)}" height="12" rx="2"/></g>
`;
  };
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="When each fault came and when it went">
<text x="${LEFT}" y="14">${dayOf(start)}</text><text x="${WIDTH}" y="14" text-anchor="end">${dayOf(end)}</text>
${shown.map(lane)}</svg>`;
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;
