import type { FaultLife, StateName } from "./fault-lives.ts";
import type { Backtest } from "./run-backtest.ts";
import { summarize } from "./summarize.ts";

/** For programs. Keys stay; new ones may come. */
export function backtestJson(backtest: Backtest): string {
  const { states, firstDay, stopped, warned, faults, blockingDays, stillThere, rules, months } = summarize(backtest);
  const report = {
    repository: backtest.repository,
    branch: backtest.branch,
    summary: { states, firstDay, stopped: stopped.length, warned, faults, blockingDays, stillThere },
    rules: rules.map(({ code, severity, lives, days, stillThere }) => ({
      code,
      severity,
      faults: lives.length,
      days,
      stillThere,
    })),
    months,
    stopped: stopped.map(({ state, codes }) => ({ ...commit(state), codes })),
    faults: backtest.lives.map(fault),
    couldNot: backtest.couldNot,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function fault({ finding, kind, found, isOlder, gone, days }: FaultLife) {
  return {
    ...finding,
    kind,
    found: commit(found),
    isOlder,
    gone: gone ? commit(gone) : null,
    days: Math.round(days * 100) / 100,
  };
}

function commit({ sha, atSeconds, title }: StateName) {
  return { sha, at: new Date(atSeconds * 1000).toISOString(), title };
}
