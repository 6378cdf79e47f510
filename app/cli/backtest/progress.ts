import prettyMs from "pretty-ms";

/** Tells how far a backtest is. */
export interface Progress {
  /** @param known states that an earlier run has judged */
  start(total: number, known: number): void;
  add(states: number): void;
  end(): void;
}

/** Without a terminal a line now and then is enough. */
const LINE_EVERY_MS = 5_000;

/** On stderr, so that stdout is the report and nothing else. In a terminal it is one line that changes. */
export function printProgress(stream: { write(text: string): void; isTTY: boolean }): Progress {
  let total = 0;
  let done = 0;
  let known = 0;
  let startedAt = performance.now();
  let toldAt = startedAt;

  const tell = (isLast: boolean) => {
    const elapsedMs = performance.now() - startedAt;
    const perMs = (done - known) / elapsedMs;
    const left = perMs > 0 && !isLast ? `, ${prettyMs(Math.ceil((total - done) / perMs / 1000) * 1000)} left` : "";
    const text = `Replayed ${done} of ${total} states, ${Math.round(perMs * 1000)} a second${left}`;
    if (stream.isTTY) stream.write(`\r${text}\u001b[K${isLast ? "\n" : ""}`);
    else if (isLast || performance.now() - toldAt > LINE_EVERY_MS) {
      stream.write(`${text}\n`);
      toldAt = performance.now();
    }
  };

  return {
    start(states, fromBefore) {
      [total, known, done] = [states, fromBefore, fromBefore];
      startedAt = performance.now();
      if (known > 0) stream.write(`${known} of ${total} states are known from an earlier run.\n`);
    },
    add(states) {
      done += states;
      if (done < total) tell(false);
    },
    end() {
      if (done > known) tell(true);
    },
  };
}
