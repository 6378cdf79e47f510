import type { App } from "../state/apps.ts";

/** One attempt to bring one webhook to its receiver. Attempts of the same webhook share their GUID. */
export interface Delivery {
  id: number;
  guid: string;
  app: App;
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  isRedelivery: boolean;
  deliveredAt: Date;
  url: string;
  requestHeaders: Record<string, string>;
  payload: Record<string, unknown>;
  /** undefined while the answer is awaited. */
  outcome: DeliveryOutcome | undefined;
}

export interface DeliveryOutcome {
  status: string;
  statusCode: number;
  durationSeconds: number;
  responseHeaders: Record<string, string>;
  responseBody: string;
}

export const isDelivered = (outcome: DeliveryOutcome | undefined): boolean =>
  outcome !== undefined && outcome.statusCode >= 200 && outcome.statusCode < 300;
