import { openHistoryTrees } from "../../adapters/git/history-trees.ts";
import type { HistoryState } from "../../adapters/git/read-history.ts";
import { ConfigError } from "../../domain/errors.ts";
import type { Finding } from "../../domain/finding.ts";
import type { ConfigTree } from "../../load/config-tree.ts";
import { isHubployFleet } from "../../load/hubploy/layout.ts";
import { FLEET_FILE } from "../../load/layout.ts";
import { type Layout, type LoadedFleet, loadFleet } from "../../load/load-fleet.ts";
import { readTexts } from "../../load/read-texts.ts";
import { type ReadsCharts, readCharts } from "../../pipeline/judge-change.ts";
import { type FleetView, fleetView } from "../../validate/fleet-view.ts";
import { validate } from "../../validate/validate.ts";
import type { StateVerdict } from "./state-verdict.ts";

/** Replays stretches of one history; what was parsed and judged for one state serves the next. */
export interface Replayer {
  /** @returns the verdicts of the states from one to before another */
  replay(from: number, to: number): Promise<StateVerdict[]>;
}

/** How states are read. */
export interface ReplayOptions {
  layout: Layout | "auto";
  /** Left out: rules that need charts are silent. */
  readChart?: ReadsCharts | undefined;
}

interface Judged {
  index: number;
  verdict: StateVerdict;
  view: FleetView | undefined;
}

export function createReplayer(
  repositoryDir: string,
  states: readonly HistoryState[],
  { layout, readChart }: ReplayOptions,
): Replayer {
  const trees = openHistoryTrees(repositoryDir, states);
  const readChartOnce = readChart && triedOnce(readChart);
  let last: Judged | undefined;

  async function judge(index: number, base: Judged | undefined): Promise<Judged> {
    const state = states[index];
    if (!state) throw new Error(`the history has no state ${index}`);
    const { sha, changes } = state;
    // Most merges of some histories touch no file that describes the fleet.
    if (base && changes.length === 0) return { index, verdict: { ...base.verdict, sha, step: [] }, view: base.view };
    const loaded = await load(() => trees.treeOf(index), sha, layout);
    if (!loaded) return { index, verdict: { sha, kind: "none", files: [], state: [], step: [] }, view: undefined };
    const { fleet, findings: files, placeOfValue, texts } = loaded;
    if (!fleet) return { index, verdict: { sha, kind: "unjudged", files, state: [], step: [] }, view: undefined };
    const { charts, couldNot } = await readCharts(fleet, readChartOnce);
    const view = fleetView(fleet, placeOfValue, { charts, texts });
    return { index, verdict: { sha, kind: "judged", files, ...judgeView(view, base?.view, state), couldNot }, view };
  }

  return {
    async replay(from, to) {
      const start = Math.max(from - 1, 0);
      if (last?.index !== start || from === 0) {
        await trees.readAhead(start, to);
        last = from === 0 ? undefined : await judge(start, undefined);
      } else await trees.readAhead(start, to);
      const verdicts: StateVerdict[] = [];
      for (let index = from; index < to; index++) {
        last = await judge(index, last);
        verdicts.push(last.verdict);
      }
      return verdicts;
    },
  };
}

/** A repository that is gone is gone for all states: each would wait for it anew. */
function triedOnce(readChart: ReadsCharts): ReadsCharts {
  const failures = new Map<string, unknown>();
  return async (pin) => {
    if (failures.has(pin.digest)) throw failures.get(pin.digest);
    try {
      return await readChart(pin);
    } catch (error) {
      failures.set(pin.digest, error);
      throw error;
    }
  };
}

/** Dates are judged as of the day on which the state came, and a merge's title stands for its pull request's. */
function judgeView(head: FleetView, base: FleetView | undefined, { atSeconds, title }: HistoryState) {
  const today = new Date(atSeconds * 1000);
  const state = validate({ head, base: undefined, today });
  const all = base ? validate({ head, base, today, title }) : [];
  const known = new Set(state.map(keyOf));
  return { state, step: all.filter((finding) => !finding.isOld && !known.has(keyOf(finding))) };
}

const keyOf = ({ code, what, at }: Finding) => `${code} ${at.file}:${at.line} ${what}`;

type Loaded = LoadedFleet & { texts: ReadonlyMap<string, string> };

/** @returns nothing where there is no fleet yet */
async function load(openTree: () => ConfigTree, sha: string, layout: Layout | "auto"): Promise<Loaded | undefined> {
  try {
    const tree = openTree();
    const files = await tree.listFiles();
    if (!holdsFleet(files, layout)) return undefined;
    return { ...(await loadFleet(tree, sha, { layout })), texts: await readTexts(tree) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { code, what, why, fix } = error.explanation;
    const at = error.at ?? { file: FLEET_FILE, line: 1 };
    const findings: Finding[] = [{ code, severity: "block", what, why, fix, at }];
    return { fleet: undefined, mode: "observe", findings, placeOfValue: () => undefined, texts: new Map() };
  }
}

function holdsFleet(files: readonly string[], layout: Layout | "auto"): boolean {
  return (layout !== "hubploy" && files.includes(FLEET_FILE)) || (layout !== "campanile" && isHubployFleet(files));
}
