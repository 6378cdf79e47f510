import { inSeconds } from "./narrator.ts";

/** Remembers when things began, so that the line about an end can say how long it took. */
export interface Stopwatch {
  begin(what: string): void;
  /** @returns " after 4.2 s", or nothing when the beginning was not seen */
  tookOf(what: string): string;
}

export function createStopwatch(now: () => number = () => performance.now()): Stopwatch {
  const begunAt = new Map<string, number>();
  return {
    begin: (what) => void (begunAt.has(what) || begunAt.set(what, now())),
    tookOf(what) {
      const at = begunAt.get(what);
      begunAt.delete(what);
      return at === undefined ? "" : ` after ${inSeconds(now() - at)}`;
    },
  };
}
