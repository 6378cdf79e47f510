import { LRUCache } from "lru-cache";
import type { GitHubConnection } from "./connect-github.ts";
import { callGitHub } from "./github-error.ts";

/** GitHub can redeliver what is at most three days old. */
const REDELIVERY_WINDOW_MS = 3 * 24 * 3600 * 1000;
/** Bounds one look at the list; the next look, minutes later, goes on. */
const DELIVERIES_LIMIT = 1_000;

export interface MissedDeliveries {
  /** Asks GitHub to send again whatever never arrived. @returns the GUIDs asked for */
  redeliverMissed(now: Date): Promise<string[]>;
}

interface Attempts {
  arrived: boolean;
  lastId: number;
}

/**
 * GitHub never repeats a delivery by itself. Attempts of one delivery share their GUID, so it was missed when none of them was
 * answered with 2xx.
 * @param askAgainSeconds a delivery asked for more recently than this may still be on its way
 */
export function createMissedDeliveries(connection: GitHubConnection, askAgainSeconds: number): MissedDeliveries {
  // Only this process's own questions: after a restart one may be put twice, and its GUID makes that harmless.
  const asked = new LRUCache<string, true>({ max: DELIVERIES_LIMIT, ttl: askAgainSeconds * 1000 });
  return {
    redeliverMissed: (now) =>
      callGitHub("read its list of deliveries", async () => {
        const octokit = await connection.asApp();
        const byGuid = new Map<string, Attempts>();
        let seen = 0;
        for await (const { data } of octokit.paginate.iterator(octokit.rest.apps.listWebhookDeliveries, { per_page: 100 })) {
          for (const delivery of data) noteAttempt(byGuid, delivery);
          seen += data.length;
          const oldest = data.at(-1);
          if (seen >= DELIVERIES_LIMIT || !oldest || now.getTime() - Date.parse(oldest.delivered_at) > REDELIVERY_WINDOW_MS)
            break;
        }
        const missed = [...byGuid].filter(([guid, attempts]) => !attempts.arrived && !asked.has(guid)).reverse();
        for (const [guid, attempts] of missed) {
          await octokit.rest.apps.redeliverWebhookDelivery({ delivery_id: attempts.lastId });
          asked.set(guid, true);
        }
        return missed.map(([guid]) => guid);
      }),
  };
}

function noteAttempt(byGuid: Map<string, Attempts>, delivery: { guid: string; id: number; status_code: number }): void {
  const arrived = delivery.status_code >= 200 && delivery.status_code < 300;
  const known = byGuid.get(delivery.guid);
  if (!known) byGuid.set(delivery.guid, { arrived, lastId: delivery.id });
  else known.arrived ||= arrived;
}
