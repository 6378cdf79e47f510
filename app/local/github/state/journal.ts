import { EventEmitter, once } from "node:events";

/** Something that happened, in the order in which it happened. */
export interface JournalEntry {
  sequence: number;
  at: string;
  /** `event`: something changed on GitHub; `request`: an answered API call; `delivery`: an attempt to deliver a webhook. */
  kind: "event" | "request" | "delivery";
  /** For an event GitHub's words, such as `check_run.completed`; else what it was: `GET /app`, `pull_request.opened`. */
  name: string;
  repository: string | undefined;
  details: Record<string, unknown>;
}

export interface Journal {
  write: (entry: Omit<JournalEntry, "sequence" | "at">) => void;
  entries: () => readonly JournalEntry[];
  /** Waits until there is an entry beyond `sequence`, at most so long; false when nothing came. */
  waitBeyond: (sequence: number, timeoutMs: number) => Promise<boolean>;
}

export function createJournal(now: () => Date): Journal {
  const entries: JournalEntry[] = [];
  const written = new EventEmitter().setMaxListeners(0);
  return {
    write(entry) {
      entries.push({ sequence: entries.length + 1, at: now().toISOString(), ...entry });
      written.emit("entry");
    },
    entries: () => entries,
    async waitBeyond(sequence, timeoutMs) {
      if (entries.length > sequence) return true;
      try {
        await once(written, "entry", { signal: AbortSignal.timeout(Math.ceil(timeoutMs)) });
        return true;
      } catch (error) {
        if (!(error instanceof Error && error.name === "AbortError")) throw error;
        return false;
      }
    },
  };
}
