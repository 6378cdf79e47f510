import { setTimeout as pause } from "node:timers/promises";
import Bottleneck from "bottleneck";
import pLimit from "p-limit";
import pRetry from "p-retry";
import type { ApiAnswer } from "./api-client.ts";

/** What a call costs: to try an object keeps an API server busy three times as long as to read one. */
const COST = { read: 1, try: 3 };
export type CallKind = keyof typeof COST;

/**
 * What one API server on two cores answers, with nothing else to do: 300 dry runs a second; a larger one answers far more. That
 * others are not kept waiting is the business of the few calls at once, which a server that is slow or busy makes fewer.
 */
const COST_PER_SECOND = 300 * COST.try;
const BURST = COST_PER_SECOND;
const AT_ONCE = 8;
const REFILLS_PER_SECOND = 4;

/** Slower than this, the server has more to do than it can: a dry run takes some 10 ms. */
const SLOW_MS = 2_000;
const TRIES = 5;
const FIRST_PAUSE_MS = 250;
const PAUSE_LIMIT_MS = 10_000;

/** How fast one API server is asked. */
export interface Pace {
  /** Runs a call that may be made twice; a server that is busy or away is given time, and asked again. */
  run(kind: CallKind, call: () => Promise<ApiAnswer>): Promise<ApiAnswer>;
}

/**
 * A token bucket that backs off: a server that says 429, fails, or is slow gets half as many calls at once from then on, and one more
 * with each that went well.
 */
export function createPace(): Pace {
  const bucket = new Bottleneck({
    reservoir: BURST,
    reservoirIncreaseAmount: COST_PER_SECOND / REFILLS_PER_SECOND,
    reservoirIncreaseInterval: 1000 / REFILLS_PER_SECOND,
    reservoirIncreaseMaximum: BURST,
  });
  const slots = pLimit(AT_ONCE);
  let atOnce = AT_ONCE;

  function adjust(isWell: boolean): void {
    const wanted = isWell ? Math.min(atOnce + 1, AT_ONCE) : Math.max(1, Math.floor(atOnce / 2));
    if (wanted === atOnce) return;
    atOnce = wanted;
    slots.concurrency = atOnce;
  }

  async function attempt(call: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    const startedAt = performance.now();
    try {
      const answer = await call();
      adjust(!isBusy(answer) && performance.now() - startedAt < SLOW_MS);
      return answer;
    } catch (error) {
      adjust(false);
      throw error;
    }
  }

  async function ask(kind: CallKind, call: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    const answer = await slots(() => bucket.schedule({ weight: COST[kind] }, () => attempt(call)));
    if (isBusy(answer)) throw new Busy(answer);
    return answer;
  }

  return {
    run: (kind, call) =>
      pRetry(() => ask(kind, call), {
        retries: TRIES - 1,
        minTimeout: FIRST_PAUSE_MS,
        maxTimeout: PAUSE_LIMIT_MS,
        randomize: true,
        shouldRetry: ({ error }) => !isTooLarge(error),
        onFailedAttempt: ({ error, retriesLeft }) => (retriesLeft > 0 ? asLongAsAsked(error) : undefined),
      }).catch((error) => {
        if (error instanceof Busy) return error.answer;
        throw error;
      }),
  };
}

/** An answer that says: later. */
class Busy extends Error {
  readonly answer: ApiAnswer;

  constructor(answer: ApiAnswer) {
    super(`the API server is busy (${answer.status})`);
    this.answer = answer;
  }
}

async function asLongAsAsked(error: Error): Promise<void> {
  const seconds = error instanceof Busy ? (error.answer.retryAfterSeconds ?? 0) : 0;
  if (seconds > 0) await pause(Math.min(seconds * 1000, PAUSE_LIMIT_MS));
}

/** It would be so the next time. */
function isTooLarge(error: Error): boolean {
  return "code" in error && error.code === "E2BIG";
}

/** @see Kubernetes, "API Priority and Fairness": 429 with `Retry-After`; what stands in front of an API server says 502 to 504 while that restarts */
function isBusy({ status }: ApiAnswer): boolean {
  return status === 429 || (status >= 502 && status <= 504);
}
