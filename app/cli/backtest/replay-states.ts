import { openHistoryTrees } from "../../adapters/git/history-trees.ts";
import type { HistoryState } from "../../adapters/git/read-history.ts";
import { ConfigError } from "../../domain/errors.ts";
import type { Finding } from "../../domain/finding.ts";
import type { ConfigTree } from "../../load/config-tree.ts";
import { FLEET_FILE } from "../../load/layout.ts";
import { type LoadedFleet, loadFleet } from "../../load/load-fleet.ts";
import { type FleetView, fleetView } from "../../validate/fleet-view.ts";
import { validate } from "../../validate/validate.ts";
import type { StateVerdict } from "./state-verdict.ts";

/** Replays stretches of one history; what was parsed and judged for one state serves the next. */
export interface Replayer {
  /** @returns the verdicts of the states from one to before another */
  replay(from: number, to: number): Promise<StateVerdict[]>;
}

interface Judged {
  index: number;
  verdict: StateVerdict;
  view: FleetView | undefined;
}

export function createReplayer(repositoryDir: string, states: readonly HistoryState[]): Replayer {
  const trees = openHistoryTrees(repositoryDir, states);
  let last: Judged | undefined;

  async function judge(index: number, base: Judged | undefined): Promise<Judged> {
    const { sha, changes } = states[index] ?? { sha: "", changes: [] };
    // Most merges of some histories touch no file that describes the fleet.
    if (base && changes.length === 0) return { index, verdict: { ...base.verdict, sha, step: [] }, view: base.view };
    const loaded = await load(trees.treeOf, index, sha);
    if (!loaded) return { index, verdict: { sha, kind: "none", files: [], state: [], step: [] }, view: undefined };
    if (!loaded.fleet)
      return { index, verdict: { sha, kind: "unjudged", files: loaded.findings, state: [], step: [] }, view: undefined };
    const view = fleetView(loaded.fleet, loaded.placeOfValue);
    const state = validate({ head: view, base: undefined });
    const step = base?.view ? without(newOf(validate({ head: view, base: base.view })), state) : [];
    return { index, verdict: { sha, kind: "judged", files: loaded.findings, state, step }, view };
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

/** @returns nothing where there is no fleet yet */
async function load(treeOf: (index: number) => ConfigTree, index: number, sha: string): Promise<LoadedFleet | undefined> {
  try {
    const tree = treeOf(index);
    const files = await tree.listFiles();
    return files.includes(FLEET_FILE) ? await loadFleet(tree, sha) : undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { code, what, why, fix } = error.explanation;
    const at = error.at ?? { file: FLEET_FILE, line: 1 };
    return {
      fleet: undefined,
      mode: "observe",
      findings: [{ code, severity: "block", what, why, fix, at }],
      placeOfValue: () => undefined,
    };
  }
}

const newOf = (findings: readonly Finding[]) => findings.filter(({ isOld }) => !isOld);

function without(findings: readonly Finding[], known: readonly Finding[]): Finding[] {
  const keys = new Set(known.map(keyOf));
  return findings.filter((finding) => !keys.has(keyOf(finding)));
}

const keyOf = ({ code, what, at }: Finding) => `${code} ${at.file}:${at.line} ${what}`;
