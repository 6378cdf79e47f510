import { type Endpoint, ok } from "../http/endpoint.ts";
import type { RateLimits } from "../http/rate-limit.ts";

/** Asking costs nothing. */
export function rateLimitRoutes(limits: RateLimits): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/rate_limit",
      access: "anyone",
      handle: ({ actor }) => {
        const { limit, used, resetSeconds } = limits.windowOf(actor);
        const core = { limit, used, remaining: limit - used, reset: resetSeconds };
        return ok({ resources: { core, search: { ...core, limit: 30, used: 0, remaining: 30 } }, rate: core });
      },
    },
  ];
}
