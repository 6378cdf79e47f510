import type { Severity } from "../../domain/finding.ts";
import { dayOf } from "./day-of.ts";
import type { FaultLife, StateName } from "./fault-lives.ts";
import type { Backtest } from "./run-backtest.ts";

/** The figures that a page of a backtest leads with. */
export interface BacktestSummary {
  states: number;
  /** The day of the first state: `2023-10-24`. */
  firstDay: string;
  /** Merges that the check would have failed for a fault that they brought. */
  stopped: StoppedMerge[];
  /** Merges that would have been let through with a warning. */
  warned: number;
  faults: Record<Severity, number>;
  /** How long faults that block lived, among those whose beginning was seen. */
  blockingDays: Spread;
  /** Blocking faults that the last state still has. */
  stillThere: number;
  /** By rule, the most frequent that block first. */
  rules: RuleSummary[];
  months: MonthSummary[];
  /** Charts that could not be had. */
  missingCharts: number;
}

export interface StoppedMerge {
  state: StateName;
  codes: string[];
}

export interface Spread {
  median: number;
  max: number;
}

export interface RuleSummary {
  code: string;
  severity: Severity;
  lives: FaultLife[];
  days: Spread;
  stillThere: number;
}

export interface MonthSummary {
  /** `2024-09`. */
  month: string;
  merges: number;
  stopped: number;
}

export function summarize({ states, lives, couldNot }: Backtest): BacktestSummary {
  const brought = lives.filter(({ isOlder }) => !isOlder);
  const blocking = brought.filter(({ finding }) => finding.severity === "block");
  const stopped = stoppedMerges(states, blocking);
  const warned = new Set(brought.filter(({ finding }) => finding.severity === "warn").map(({ found }) => found.sha));
  for (const { state } of stopped) warned.delete(state.sha);
  return {
    states: states.length,
    missingCharts: couldNot.length,
    firstDay: dayOf(states[0]?.atSeconds ?? 0),
    stopped,
    warned: warned.size,
    faults: { block: 0, warn: 0, info: 0, ...countBySeverity(lives) },
    blockingDays: spreadOf(blocking),
    stillThere: lives.filter((life) => life.finding.severity === "block" && isStillThere(life)).length,
    rules: summarizeRules(lives),
    months: summarizeMonths(states, new Set(stopped.map(({ state }) => state.sha))),
  };
}

export function isStillThere(life: FaultLife): boolean {
  return life.kind === "state" && life.gone === undefined;
}

function stoppedMerges(states: readonly StateName[], blocking: readonly FaultLife[]): StoppedMerge[] {
  const byState = Map.groupBy(blocking, ({ found }) => found.sha);
  return states.flatMap((state) => {
    const lives = byState.get(state.sha);
    return lives ? [{ state, codes: [...new Set(lives.map(({ finding }) => finding.code))].sort() }] : [];
  });
}

function countBySeverity(lives: readonly FaultLife[]): Partial<Record<Severity, number>> {
  const counts = [...Map.groupBy(lives, ({ finding }) => finding.severity)].map(([severity, all]) => [severity, all.length]);
  return Object.fromEntries(counts);
}

/** A step has no lifetime, and of a fault that is older than the history nobody knows it. */
function spreadOf(lives: readonly FaultLife[]): Spread {
  const days = lives
    .filter(({ kind, isOlder }) => kind === "state" && !isOlder)
    .map((life) => life.days)
    .sort((a, b) => a - b);
  const middle = days.length / 2;
  const median = ((days[Math.ceil(middle) - 1] ?? 0) + (days[Math.floor(middle)] ?? 0)) / 2;
  return { median, max: days.at(-1) ?? 0 };
}

const WEIGHT: Record<Severity, number> = { block: 0, warn: 1, info: 2 };

function summarizeRules(lives: readonly FaultLife[]): RuleSummary[] {
  const byRule = Map.groupBy(lives, ({ finding }) => `${finding.severity} ${finding.code}`);
  return [...byRule.values()]
    .flatMap((all) => {
      const { code, severity } = all[0]?.finding ?? {};
      if (code === undefined || severity === undefined) return [];
      const longestFirst = all.toSorted((a, b) => b.days - a.days);
      return [{ code, severity, lives: longestFirst, days: spreadOf(all), stillThere: all.filter(isStillThere).length }];
    })
    .sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity] || b.lives.length - a.lives.length || a.code.localeCompare(b.code));
}

function summarizeMonths(states: readonly StateName[], stopped: ReadonlySet<string>): MonthSummary[] {
  const byMonth = Map.groupBy(states, ({ atSeconds }) => monthOf(atSeconds));
  // Clocks differ, so the first commit need not be the earliest.
  const [first, last] = [[...byMonth.keys()].sort()[0], [...byMonth.keys()].sort().at(-1)];
  if (first === undefined || last === undefined) return [];
  const months: MonthSummary[] = [];
  // Months without a merge are part of the picture.
  for (let month = first; month <= last; month = monthAfter(month)) {
    const own = byMonth.get(month) ?? [];
    months.push({ month, merges: own.length, stopped: own.filter(({ sha }) => stopped.has(sha)).length });
  }
  return months;
}

const monthOf = (atSeconds: number) => dayOf(atSeconds).slice(0, 7);

function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}
