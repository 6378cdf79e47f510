import { Cron } from "croner";

/** Minute, hour, day, month, day of the week, as in a Kubernetes CronJob. */
export interface Schedule {
  /** Each with times of its own. */
  cron: string[];
  /** `America/Los_Angeles`. */
  timeZone: string;
}

/** What is judged of an expression: enough to see every minute, hour and day of the week that it names. */
const RUNS_LOOKED_AT = 200;

/** @returns the least time between two runs, in minutes; undefined for what is no expression, or never comes */
export function leastPauseMinutes(expression: string): number | undefined {
  const runs = parse(expression, "Etc/UTC")?.nextRuns(RUNS_LOOKED_AT) ?? [];
  if (runs.length < 2) return undefined;
  const pauses = runs.slice(1).map((run, at) => run.getTime() - (runs[at]?.getTime() ?? 0));
  return Math.min(...pauses) / 60_000;
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** @returns the newest time at or before `now` */
export function lastDue({ cron, timeZone }: Schedule, now: Date): Date | undefined {
  // What is at the reference itself would not count as before it.
  const justAfter = new Date(now.getTime() + 1);
  const runs = cron.flatMap((expression) => parse(expression, timeZone)?.previousRuns(1, justAfter) ?? []);
  return runs.sort((a, b) => b.getTime() - a.getTime())[0];
}

function parse(expression: string, timezone: string): Cron | undefined {
  try {
    return new Cron(expression, { timezone, mode: "5-part", paused: true });
  } catch {
    return undefined;
  }
}
