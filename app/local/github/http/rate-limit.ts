import type { Emulator } from "../emulator.ts";
import type { Actor } from "./endpoint.ts";

const WINDOW_SECONDS = 3_600;
const LIMITS = { anonymous: 60, user: 5_000, app: 5_000, installation: 5_000 };

export interface RateWindow {
  limit: number;
  used: number;
  /** When the window ends, in seconds since 1970. */
  resetSeconds: number;
}

export interface RateLimits {
  windowOf: (actor: Actor) => RateWindow;
  /** @returns false when nothing is left in this window */
  take: (actor: Actor) => boolean;
}

/** Counts requests per caller and hour. Answers of 304 are not counted, so the caller decides when to take one. */
export function createRateLimits(github: Emulator): RateLimits {
  const windows = new Map<string, RateWindow>();
  const windowOf = (actor: Actor): RateWindow => {
    const nowSeconds = Math.floor(github.now().getTime() / 1000);
    const known = windows.get(keyOf(actor));
    if (known && known.resetSeconds > nowSeconds) return known;
    const fresh = { limit: LIMITS[actor.kind], used: 0, resetSeconds: nowSeconds + WINDOW_SECONDS };
    windows.set(keyOf(actor), fresh);
    return fresh;
  };
  return {
    windowOf,
    take(actor) {
      const window = windowOf(actor);
      if (window.used >= window.limit) return false;
      window.used += 1;
      return true;
    },
  };
}

/** Asking how much is left is always free. */
export const isCounted = (endpoint: { path: string }): boolean => endpoint.path !== "/rate_limit";

function keyOf(actor: Actor): string {
  if (actor.kind === "user") return `user ${actor.account.id}`;
  if (actor.kind === "app") return `app ${actor.app.id}`;
  if (actor.kind === "installation") return `installation ${actor.token.installation.id}`;
  return "anonymous";
}

export function rateHeaders(window: RateWindow): Record<string, string> {
  return {
    "x-ratelimit-limit": String(window.limit),
    "x-ratelimit-remaining": String(Math.max(0, window.limit - window.used)),
    "x-ratelimit-used": String(window.used),
    "x-ratelimit-reset": String(window.resetSeconds),
    "x-ratelimit-resource": "core",
  };
}
