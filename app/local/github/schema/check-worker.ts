import { parentPort, workerData } from "node:worker_threads";
import { loadResponseSchema } from "./response-schema.ts";
import type { CheckerMessage, Sent } from "./start-schema-checker.ts";
import type { Violation } from "./violation.ts";
import { loadWebhookSchema } from "./webhook-schema.ts";

// The thread behind `startSchemaChecker`: it reads both descriptions, then takes one message after another.
const [answers, webhooks] = await Promise.all([loadResponseSchema(workerData.openapiPath), loadWebhookSchema()]);
const violations: Violation[] = [];

parentPort?.on("message", (message: CheckerMessage) => {
  if (message.kind === "list") return message.answerTo.postMessage(violations);
  const violation = check(message);
  if (violation) violations.push(violation);
});

function check(sent: Sent): Violation | undefined {
  const value: unknown = sent.json === undefined ? undefined : JSON.parse(sent.json);
  if (sent.kind === "answer") return answers.check({ ...sent, body: value });
  return webhooks.check({ ...sent, payload: value });
}
