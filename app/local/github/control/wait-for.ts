import type { JournalEntry } from "../state/journal.ts";
import type { GitHubControl } from "./github-control.ts";

export interface WaitOptions {
  /** Entries up to this one do not count. */
  after?: number;
  timeoutSeconds?: number;
}

/**
 * Waits until something has happened.
 * @returns the first entry that matches
 * @throws {Error} when it does not happen in time, with what happened instead
 */
export async function waitForEntry(
  control: Pick<GitHubControl, "journal">,
  matches: (entry: JournalEntry) => boolean,
  options: WaitOptions = {},
): Promise<JournalEntry> {
  const deadlineMs = performance.now() + (options.timeoutSeconds ?? 30) * 1000;
  const story: JournalEntry[] = [];
  let after = options.after ?? 0;
  while (performance.now() < deadlineMs) {
    const waitSeconds = Math.min(20, (deadlineMs - performance.now()) / 1000);
    const { entries, last } = await control.journal({ after, waitSeconds: Math.max(0, waitSeconds) });
    const found = entries.find(matches);
    if (found) return found;
    story.push(...entries);
    after = last;
  }
  const lines = story.slice(-30).map((entry) => `${entry.sequence} ${entry.kind} ${entry.name} ${entry.repository ?? ""}`);
  throw new Error(`It did not happen in ${options.timeoutSeconds ?? 30} s. What did:\n${lines.join("\n")}`);
}
