import type { Chart } from "../domain/chart/chart.ts";
import { withStandIns } from "../domain/chart/chart-defaults.ts";
import { viaMirrors } from "../domain/chart/via-mirrors.ts";
import { type Explanation, explanationOf } from "../domain/errors.ts";
import { type Finding, sortFindings } from "../domain/finding.ts";
import type { ChartPin, Fleet } from "../domain/hub.ts";
import { readChart } from "../load/chart/read-chart.ts";
import type { ConfigTree } from "../load/config-tree.ts";
import { type Layout, type LoadedFleet, loadFleet } from "../load/load-fleet.ts";
import { readTexts } from "../load/read-texts.ts";
import { type FleetView, fleetView, viewWithoutFleet } from "../validate/fleet-view.ts";
import type { CommitText } from "../validate/rule.ts";
import { validate } from "../validate/validate.ts";
import { markOld } from "./mark-old.ts";

/** One side of a change. */
export interface Side {
  tree: ConfigTree;
  sha: string;
}

export interface ChangeToJudge {
  head: Side;
  /** Absent where there is nothing to compare with. */
  base?: Side | undefined;
  /** Left out: the files tell. */
  layout?: Layout | "auto" | undefined;
  title?: string | undefined;
  /** The branch that it would be merged to; left out where none is meant, and then every environment counts. */
  branch?: string | undefined;
  commits?: readonly CommitText[] | undefined;
}

/** @returns the files of a pinned chart, by path below its folder */
export type ReadsCharts = (pin: ChartPin) => Promise<ReadonlyMap<string, Buffer>>;

export interface Judgement {
  head: LoadedFleet;
  base: LoadedFleet | undefined;
  /** Of the files and of the rules, worst first. */
  findings: Finding[];
  /** Charts that could not be had, each with the reason: what the rules can say without them is said. */
  couldNot: Explanation[];
}

export interface JudgePorts {
  /** Left out where no charts are at hand: rules that need them are then silent. */
  readChart?: ReadsCharts | undefined;
  /** Address of the documents' folder, so that findings can lead to their pages. */
  docsUrl?: string | undefined;
}

/** Reads both sides and says all that is wrong with the new one. */
export async function judgeChange(change: ChangeToJudge, { readChart, docsUrl }: JudgePorts = {}): Promise<Judgement> {
  const { layout = "auto" } = change;
  const base = change.base && (await loadFleet(change.base.tree, change.base.sha, { layout }));
  const head = withMirrorsOf(base, await loadFleet(change.head.tree, change.head.sha, { layout }));
  // Charts of the base that are gone must not stand in the way of the change that moves on from them.
  const { charts: before } = await readCharts(base?.fleet, readChart);
  const { charts: after, couldNot } = await readCharts(head.fleet, readChart);
  const charts = new Map([...before, ...after]);
  const texts = await readTexts(change.head.tree);
  const findings = validate({
    head: viewOf(head, { charts, texts }) ?? viewWithoutFleet({ texts }),
    base: base && viewOf(base, { charts, texts: change.base && (await readTexts(change.base.tree)) }),
    title: change.title,
    commits: change.commits,
  });
  const all = sortFindings([...markOld(head.findings, base?.findings ?? []), ...findings]);
  return { head, base, findings: docsUrl === undefined ? all : all.map((finding) => withPage(finding, docsUrl)), couldNot };
}

/** Who proposes a change does not say from where its charts are read. */
function withMirrorsOf(base: LoadedFleet | undefined, head: LoadedFleet): LoadedFleet {
  if (!base || !head.fleet) return head;
  const { mirrors: _, ...fleet } = head.fleet;
  return { ...head, fleet: { ...fleet, ...(base.fleet?.mirrors && { mirrors: base.fleet.mirrors }) } };
}

function withPage(finding: Finding, docsUrl: string): Finding {
  return { ...finding, page: `${docsUrl}/rules/${finding.code}.md` };
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

/** The charts that a fleet pins, by the digest of the pin, and why some of them could not be had. */
export async function readCharts(
  fleet: Fleet | undefined,
  readFiles: ReadsCharts | undefined,
): Promise<{ charts: Map<string, Chart>; couldNot: Explanation[] }> {
  const pins = fleet?.hubs.flatMap((hub) => hub.environments.map(({ pins: { hub: pin } }) => pin)) ?? [];
  const charts = new Map<string, Chart>();
  const couldNot = new Map<string, Explanation>();
  for (const pin of new Map(pins.map((each) => [each.digest, each])).values()) {
    const read = await readOne(viaMirrors(pin, fleet?.mirrors), readFiles);
    if (read.chart) charts.set(pin.digest, read.chart);
    if (read.couldNot) couldNot.set(read.couldNot.what, read.couldNot);
  }
  return { charts, couldNot: [...couldNot.values()] };
}

async function readOne(
  pin: ChartPin,
  readFiles: ReadsCharts | undefined,
): Promise<{ chart: Chart | undefined; couldNot?: Explanation }> {
  const known = parsed.get(pin.digest);
  if (known) return { chart: known };
  // What lies in the fleet's own repository can be read in any case, without the charts that it depends on.
  const own = pin.folder && withStandIns(pin.folder.chart);
  if (!readFiles) return { chart: own };
  try {
    const { chart } = readChart(await readFiles(pin), `${pin.chart} ${pin.version}`);
    if (parsed.size >= REMEMBERED_CHARTS) parsed.clear();
    parsed.set(pin.digest, chart);
    return { chart };
  } catch (error) {
    const couldNot = explanationOf(error);
    if (!couldNot) throw error;
    return { chart: own, couldNot };
  }
}
