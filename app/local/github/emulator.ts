import type { Account } from "./state/accounts.ts";
import type { App } from "./state/apps.ts";
import type { Journal } from "./state/journal.ts";
import type { Repository } from "./state/repository.ts";
import type { State } from "./state/state.ts";

/** A change that GitHub tells by webhook. */
export interface GitHubEvent {
  event: string;
  /** `push` has none. */
  action?: string;
  repository?: Repository;
  sender: Account;
  /** The event's own part of the payload, already in GitHub's form. */
  fields: Record<string, unknown>;
  /** Some actions are told only to the App that owns the thing. */
  onlyApp?: App;
  /** False for a change that GitHub keeps to itself; it can still be waited for. */
  isDelivered?: boolean;
}

/** What every part of the emulated GitHub works with. */
export interface Emulator {
  state: State;
  journal: Journal;
  dataDir: string;
  /** The origin that serves the API, the pages and git: `http://127.0.0.1:<port>`. */
  baseUrl: string;
  now: () => Date;
  emit: (event: GitHubEvent) => void;
  /** Work that goes on after an answer was sent, such as a test merge; closing waits for it. */
  inBackground: (work: () => Promise<void>) => void;
}
