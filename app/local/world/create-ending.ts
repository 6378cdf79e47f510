import { constants } from "node:os";
import { type Keeper, startKeeper } from "./keep-processes.ts";

/** However a world ends, it ends once, and no process of it is left. */
export interface Ending {
  /** Whom each part of the world is shown to. */
  keeper: Keeper;
  /** Aborted as soon as the end has begun. */
  signal: AbortSignal;
  /** Ends every part, then this process. */
  end(code: number): Promise<void>;
  /** For a part that ended by itself: the world is no use without it. */
  crash(message: string): void;
  /** From now on nothing is left to finish, so being asked to end is no failure. */
  nothingLeftToDo(): void;
}

const REASONS = {
  SIGINT: "The world ends, as you asked.",
  SIGTERM: "The world ends: it was told to (SIGTERM).",
  SIGHUP: "The world ends: its terminal was closed.",
} as const;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @param onBegin told why, when the end is not this program's own wish */
export function createEnding(onBegin: (why: string) => void): Ending {
  const keeper = startKeeper();
  const begun = new AbortController();
  let isDone = false;
  const end = async (code: number, why?: string) => {
    if (begun.signal.aborted) return;
    begun.abort();
    if (why !== undefined) onBegin(why);
    await keeper.close();
    process.exit(code);
  };
  for (const signal of SIGNALS) process.on(signal, () => void end(isDone ? 0 : 128 + constants.signals[signal], REASONS[signal]));
  // A terminal that was closed, or `| head`: nobody reads on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => void end(1));
  // The bootstrap hands on every signal but SIGKILL. Once it is gone, its end of this channel is closed.
  process.once("disconnect", () => void end(1, "The world ends: the process that started it is gone."));
  process.channel?.unref();
  return {
    keeper,
    signal: begun.signal,
    end: (code) => end(code),
    crash: (message) => void end(1, message),
    nothingLeftToDo: () => {
      isDone = true;
    },
  };
}
