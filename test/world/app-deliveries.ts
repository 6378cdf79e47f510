import { createPrivateKey } from "node:crypto";
import { Octokit } from "@octokit/rest";
import { SignJWT } from "jose";
import type { Scene } from "./open-institution.ts";

/** One attempt of GitHub's to deliver a webhook to Campanile, as the App's settings page lists it. */
export interface ListedDelivery {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  statusCode: number;
}

export interface AppDeliveries {
  /** Newest first. */
  list(): Promise<ListedDelivery[]>;
  /** The newest of this event, `push` or `pull_request.opened`. */
  newest(name: string): Promise<ListedDelivery>;
  /** What Campanile answered to each, newest first. */
  answers(): Promise<string[]>;
  /** Resolves once GitHub has tried to deliver one of each of these in vain. */
  untilFailed(names: readonly string[]): Promise<void>;
  /** Presses “Redeliver”. @returns what Campanile answered */
  redeliver(delivery: ListedDelivery): Promise<unknown>;
}

/** The page “Recent deliveries” of the institution's App, for whoever holds its key. */
export function openAppDeliveries({ world, institution, control }: Scene): AppDeliveries {
  async function asApp(): Promise<Octokit> {
    const jwt = await new SignJWT()
      .setProtectedHeader({ alg: "RS256" })
      .setIssuer(String(institution.appId))
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(createPrivateKey(institution.campanileEnv.CAMPANILE_GITHUB_PRIVATE_KEY ?? ""));
    return new Octokit({ auth: jwt, baseUrl: world.github.apiUrl });
  }

  async function list(): Promise<ListedDelivery[]> {
    const { data } = await (await asApp()).rest.apps.listWebhookDeliveries({ per_page: 100 });
    return data.map(({ id, guid, event, action, status_code }) => ({ id, guid, event, action, statusCode: status_code }));
  }

  return {
    list,
    async newest(name) {
      const found = (await list()).find((delivery) => nameOf(delivery) === name);
      if (!found) throw new Error(`GitHub lists no delivery of ${name}`);
      return found;
    },
    async answers() {
      const octokit = await asApp();
      const answered = async ({ id }: ListedDelivery) =>
        (await octokit.rest.apps.getWebhookDelivery({ delivery_id: id })).data.response;
      return (await Promise.all((await list()).map(answered))).map((response) => JSON.stringify(response));
    },
    async untilFailed(names) {
      let { last: after } = await control.journal({ kind: "delivery" });
      for (;;) {
        const failed = (await list()).filter(({ statusCode }) => statusCode >= 300).map(nameOf);
        if (names.every((name) => failed.includes(name))) return;
        ({ last: after } = await control.journal({ after, kind: "delivery", waitSeconds: 30 }));
      }
    },
    async redeliver({ id, guid }) {
      let { last: after } = await control.journal({ kind: "delivery" });
      const octokit = await asApp();
      await octokit.rest.apps.redeliverWebhookDelivery({ delivery_id: id });
      for (;;) {
        const { entries, last } = await control.journal({ after, kind: "delivery", waitSeconds: 30 });
        const attempt = entries.find((entry) => entry.details.guid === guid);
        if (!attempt) {
          if (entries.length === 0) throw new Error(`GitHub did not deliver ${guid} again within 30 s`);
          after = last;
          continue;
        }
        const { data } = await octokit.rest.apps.getWebhookDelivery({ delivery_id: Number(attempt.details.id) });
        return data.response.payload;
      }
    },
  };
}

function nameOf({ event, action }: ListedDelivery): string {
  return action === null ? event : `${event}.${action}`;
}
