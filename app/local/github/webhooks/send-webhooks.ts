import { randomUUID } from "node:crypto";
import type { Emulator } from "../emulator.ts";
import type { DeliveryFaults } from "../faults/delivery-faults.ts";
import type { App } from "../state/apps.ts";
import type { Delivery } from "./delivery.ts";
import { postDelivery } from "./post-delivery.ts";
import { signatureHeaders } from "./sign.ts";

export interface Webhook {
  app: App;
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  payload: Record<string, unknown>;
}

export interface Webhooks {
  send: (webhook: Webhook) => void;
  /** Sends an earlier one again, under its GUID. */
  redeliver: (delivery: Delivery) => void;
  /** All attempts for one App, newest first. */
  deliveriesOf: (app: App) => Delivery[];
  /** Gives up what is on its way. */
  close: () => void;
}

/** Sends what happened to the Apps, each webhook at once and on its own: like GitHub, it promises no order and never retries. */
export function createWebhooks(github: Emulator, faults: DeliveryFaults): Webhooks {
  const deliveries: Delivery[] = [];
  const closing = new AbortController();

  function attempt(webhook: Webhook, guid: string, isRedelivery: boolean): void {
    const { url } = webhook.app.webhook;
    if (url === undefined) return;
    const delivery = newDelivery(github, { webhook, guid, isRedelivery, url });
    deliveries.unshift(delivery);
    github.inBackground(async () => {
      delivery.outcome = await postDelivery(delivery, JSON.stringify(webhook.payload), closing.signal);
      note(github, delivery);
    });
  }

  function lose(webhook: Webhook, guid: string, isListed: boolean): void {
    const { url } = webhook.app.webhook;
    if (url === undefined || !isListed) return;
    const delivery = newDelivery(github, { webhook, guid, isRedelivery: false, url });
    const none = { durationSeconds: 0, responseHeaders: {}, responseBody: "" };
    delivery.outcome = { status: "failed to connect to host", statusCode: 502, ...none };
    deliveries.unshift(delivery);
    note(github, delivery);
  }

  return {
    send(webhook) {
      const guid = randomUUID();
      faults.pass(
        webhook,
        () => attempt(webhook, guid, false),
        (isListed) => lose(webhook, guid, isListed),
      );
    },
    redeliver: (delivery) => attempt(delivery, delivery.guid, true),
    deliveriesOf: (app) => deliveries.filter((delivery) => delivery.app === app),
    close: () => closing.abort(),
  };
}

interface NewDelivery {
  webhook: Webhook;
  guid: string;
  isRedelivery: boolean;
  url: string;
}

function newDelivery(github: Emulator, { webhook, guid, isRedelivery, url }: NewDelivery): Delivery {
  const { app, event } = webhook;
  return {
    id: github.state.nextId(),
    guid,
    app,
    event,
    action: webhook.action,
    installationId: webhook.installationId,
    repositoryId: webhook.repositoryId,
    isRedelivery,
    deliveredAt: github.now(),
    url,
    requestHeaders: {
      Accept: "*/*",
      "Content-Type": "application/json",
      "User-Agent": "GitHub-Hookshot/e1d2c3b",
      "X-GitHub-Delivery": guid,
      "X-GitHub-Event": event,
      "X-GitHub-Hook-ID": String(app.webhook.id),
      "X-GitHub-Hook-Installation-Target-ID": String(app.id),
      "X-GitHub-Hook-Installation-Target-Type": "integration",
      ...signatureHeaders(app.webhook.secret, JSON.stringify(webhook.payload)),
    },
    payload: webhook.payload,
    outcome: undefined,
  };
}

function note(github: Emulator, delivery: Delivery): void {
  const { id, guid, event, action, isRedelivery, outcome } = delivery;
  github.journal.write({
    kind: "delivery",
    name: action === null ? event : `${event}.${action}`,
    repository: undefined,
    details: { id, guid, isRedelivery, status: outcome?.status, statusCode: outcome?.statusCode },
  });
}
