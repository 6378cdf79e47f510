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
  lastAttemptAtMs: number;
}

/**
 * GitHub never repeats a delivery by itself. Attempts of one delivery share their GUID, so it was missed when none of them was
 * answered with 2xx.
 * @param retryAfterSeconds a delivery asked for more recently than this may still be on its way
 */
export function createMissedDeliveries(connection: GitHubConnection, retryAfterSeconds: number): MissedDeliveries {
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
        const missed = [...byGuid].filter(
          ([, attempts]) => !attempts.arrived && now.getTime() - attempts.lastAttemptAtMs >= retryAfterSeconds * 1000,
        );
        for (const [, attempts] of missed.reverse())
          await octokit.rest.apps.redeliverWebhookDelivery({ delivery_id: attempts.lastId });
        return missed.map(([guid]) => guid);
      }),
  };
}

function noteAttempt(
  byGuid: Map<string, Attempts>,
  delivery: { guid: string; id: number; status_code: number; delivered_at: string },
): void {
  const arrived = delivery.status_code >= 200 && delivery.status_code < 300;
  const known = byGuid.get(delivery.guid);
  if (!known) byGuid.set(delivery.guid, { arrived, lastId: delivery.id, lastAttemptAtMs: Date.parse(delivery.delivered_at) });
  else known.arrived ||= arrived;
}
