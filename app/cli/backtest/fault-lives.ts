import type { Finding } from "../../domain/finding.ts";
import type { StateVerdict } from "./state-verdict.ts";

/** One commit of the history, for a reader. */
export interface StateName {
  sha: string;
  atSeconds: number;
  title: string;
}

/** One fault from the merge that brought it to the one that took it away. */
export interface FaultLife {
  /** As it was first told. */
  finding: Finding;
  /** `step`: it lay in the merge itself (a home that moves, a chart that goes back) and has no lifetime. */
  kind: "state" | "step";
  found: StateName;
  /** It was there in the first state that was looked at, so it is older than `found`. */
  isOlder: boolean;
  /** Absent while it is still there. */
  gone?: StateName;
  /** From `found` to `gone`, or to the last state; 0 for a step. */
  days: number;
}

const DAY_SECONDS = 86_400;

type Open = FaultLife[];

/**
 * Follows each fault through the states. A state whose files could not be read says nothing about rules, so what they found before
 * stays open until a state that could be judged no longer has it.
 * @param states oldest first, one for each verdict
 * @returns in the order in which they were found
 */
export function faultLives(states: readonly StateName[], verdicts: readonly StateVerdict[]): FaultLife[] {
  const lives: FaultLife[] = [];
  let ofFiles: Open = [];
  let ofRules: Open = [];
  let isFirst = true;
  states.forEach((state, index) => {
    const verdict = verdicts[index];
    if (!verdict || verdict.kind === "none") return;
    ofFiles = follow(ofFiles, verdict.files, state, isFirst, lives);
    if (verdict.kind === "judged") ofRules = follow(ofRules, verdict.state, state, isFirst, lives);
    for (const finding of verdict.step) lives.push({ finding, kind: "step", found: state, isOlder: false, days: 0 });
    isFirst = false;
  });
  const end = states.at(-1);
  if (end) for (const life of [...ofFiles, ...ofRules]) life.days = daysBetween(life.found, end);
  return lives;
}

/** @returns the faults that are open after this state */
function follow(open: Open, findings: readonly Finding[], state: StateName, isFirst: boolean, lives: FaultLife[]): Open {
  const waiting = Map.groupBy(open, ({ finding }) => identityOf(finding));
  const next = findings.map((finding): FaultLife => {
    const known = waiting.get(identityOf(finding))?.shift();
    if (known) return known;
    const life: FaultLife = { finding, kind: "state", found: state, isOlder: isFirst, days: 0 };
    lives.push(life);
    return life;
  });
  for (const life of [...waiting.values()].flat()) {
    life.gone = state;
    life.days = daysBetween(life.found, state);
  }
  return next;
}

/**
 * The same fault in the next state, although lines above it came or went and another hub is hit too: numbers and the list of releases
 * that ends some sentences do not count.
 */
function identityOf({ code, what, at }: Finding): string {
  const fault = what.replace(/ It concerns [^.]*\.$/, "").replace(/\d+/g, "#");
  return `${code} ${at.file} ${fault}`;
}

function daysBetween(from: StateName, to: StateName): number {
  return Math.max((to.atSeconds - from.atSeconds) / DAY_SECONDS, 0);
}
