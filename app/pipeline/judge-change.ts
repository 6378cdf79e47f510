import type { Chart } from "../domain/chart/chart.ts";
import { explanationOf } from "../domain/errors.ts";
import { type Finding, sortFindings } from "../domain/finding.ts";
import type { ChartPin, Fleet } from "../domain/hub.ts";
import { readChart as parseChart } from "../load/chart/read-chart.ts";
import type { ConfigTree } from "../load/config-tree.ts";
import { type LoadedFleet, loadFleet } from "../load/load-fleet.ts";

import { readTexts } from "../load/read-texts.ts";
import { type FleetView, fleetView, viewWithoutFleet } from "../validate/fleet-view.ts";
import type { CommitText } from "../validate/rule.ts";
import { validate } from "../validate/validate.ts";

/** One side of a change. */
export interface Side {
  tree: ConfigTree;
  sha: string;
}

export interface ChangeToJudge {
  head: Side;
  /** Absent where there is nothing to compare with. */
  base?: Side | undefined;
  title?: string | undefined;
  commits?: readonly CommitText[] | undefined;
}

/** @returns the files of a pinned chart, by path below its folder */
export type ReadsCharts = (pin: ChartPin) => Promise<ReadonlyMap<string, Buffer>>;

export interface Judgement {
  head: LoadedFleet;
  base: LoadedFleet | undefined;
  /** Of the files and of the rules, worst first. */
  findings: Finding[];
}

/**
 * Reads both sides and says all that is wrong with the new one.
 * @param readChart left out where no charts are at hand: rules that need them are then silent
 */
export async function judgeChange(change: ChangeToJudge, readChart?: ReadsCharts): Promise<Judgement> {
  const base = change.base && (await loadFleet(change.base.tree, change.base.sha));
  const head = await loadFleet(change.head.tree, change.head.sha);
  const charts = await readCharts([base?.fleet, head.fleet], readChart);
  const texts = await readTexts(change.head.tree);
  const findings = validate({
    head: viewOf(head, { charts, texts }) ?? viewWithoutFleet({ texts }),
    base: base && viewOf(base, { charts, texts: change.base && (await readTexts(change.base.tree)) }),
    title: change.title,
    commits: change.commits,
  });
  return { head, base, findings: sortFindings([...head.findings, ...findings]) };
}

function viewOf(
  { fleet, placeOfValue }: LoadedFleet,
  context: { charts: ReadonlyMap<string, Chart>; texts: ReadonlyMap<string, string> | undefined },
): FleetView | undefined {
  return fleet && fleetView(fleet, placeOfValue, context);
}

/** Charts of a digest never change. */
const parsed = new Map<string, Chart>();
const REMEMBERED_CHARTS = 100;

async function readCharts(
  fleets: readonly (Fleet | undefined)[],
  readChart: ReadsCharts | undefined,
): Promise<Map<string, Chart>> {
  const pins = fleets.flatMap(
    (fleet) => fleet?.hubs.flatMap((hub) => hub.environments.map(({ pins: { hub: pin } }) => pin)) ?? [],
  );
  const charts = new Map<string, Chart>();
  for (const pin of new Map(pins.map((each) => [each.digest, each])).values()) {
    const chart = parsed.get(pin.digest) ?? (await readOne(pin, readChart));
    if (!chart) continue;
    if (parsed.size >= REMEMBERED_CHARTS) parsed.clear();
    parsed.set(pin.digest, chart);
    charts.set(pin.digest, chart);
  }
  return charts;
}

/** A chart that cannot be had is told by the renderer, with the reason; what the rules can say without it is said. */
async function readOne(pin: ChartPin, readChart: ReadsCharts | undefined): Promise<Chart | undefined> {
  try {
    // A chart in the repository itself is at hand; those that it is made of may not be.
    const files = pin.folder?.files ?? (readChart && (await readChart(pin)));
    return files && parseChart(files, `${pin.chart} ${pin.version}`).chart;
  } catch (error) {
    if (!explanationOf(error)) throw error;
    return undefined;
  }
}
