import type { Delivery, DeliveryOutcome } from "./delivery.ts";

/** GitHub waits so long for an answer, and never tries again by itself. */
const ANSWER_LIMIT_MS = 10_000;
const RESPONSE_LIMIT_CHARACTERS = 64 * 1024;

/** Sends one webhook and says how it went. It never throws: a receiver that is away is an outcome. */
export async function postDelivery(
  delivery: Pick<Delivery, "url" | "requestHeaders">,
  body: string,
  closing: AbortSignal,
): Promise<DeliveryOutcome> {
  const startedAt = performance.now();
  const timeout = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const outcome = (status: string, statusCode: number, response?: { headers: Record<string, string>; body: string }) => ({
    status,
    statusCode,
    durationSeconds: Math.round(performance.now() - startedAt) / 1000,
    responseHeaders: response?.headers ?? {},
    responseBody: response?.body ?? "",
  });
  try {
    const response = await fetch(delivery.url, {
      method: "POST",
      headers: delivery.requestHeaders,
      body,
      redirect: "manual",
      signal: AbortSignal.any([timeout, closing]),
    });
    const text = (await response.text()).slice(0, RESPONSE_LIMIT_CHARACTERS);
    const status = response.ok ? "OK" : `Invalid HTTP Response: ${response.status}`;
    return outcome(status, response.status, { headers: Object.fromEntries(response.headers), body: text });
  } catch {
    return timeout.aborted ? outcome("timed out", 504) : outcome("failed to connect to host", 502);
  }
}
