import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { Counter, type Registry } from "prom-client";

/** The next environment waits for it. */
const LIMIT_MS = 60_000;

/** Looks whether a rollout left nothing to do. It is over by then, and whatever is found changes nothing about it. */
export type LooksAfter = (release: string, find: () => Promise<string[] | undefined>) => Promise<void>;

/** Counts how often a preview made again after a rollout is empty, as it must be, and logs what is in it when it is not. */
export function meterPredictions(registry: Registry, log: Pick<Logger, "warn">, limitMs = LIMIT_MS): LooksAfter {
  const looks = new Counter({
    name: "campanile_rollouts_looked_after_total",
    help: "Rollouts, by whether a preview of the same was empty afterwards (yes), was not (no), or could not be made (unknown)",
    labelNames: ["release", "as_foretold"],
    registers: [registry],
  });
  return async (release, find) => {
    try {
      const left = await Promise.race([find(), pause(limitMs, undefined, { ref: false })]);
      looks.inc({ release, as_foretold: left === undefined ? "unknown" : left.length === 0 ? "yes" : "no" });
      if (left !== undefined && left.length > 0)
        log.warn({ release, left }, "the rollout left something to do that no preview foretold");
    } catch (error) {
      looks.inc({ release, as_foretold: "unknown" });
      log.warn({ release, err: error }, "whether the rollout did what was foretold could not be seen");
    }
  };
}
