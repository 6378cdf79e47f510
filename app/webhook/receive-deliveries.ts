import { verifyWithFallback } from "@octokit/webhooks-methods";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Delivery } from "./delivery.ts";

/** GitHub sends at most 25 MB; the rest is room for its own growth. */
const BODY_LIMIT_BYTES = 26 * 1024 * 1024;

/** GUIDs name durable workflows, so only what GitHub really sends is let through. */
const headersSchema = z.object({
  "x-github-delivery": z.uuid(),
  "x-github-event": z.string().regex(/^[a-z_]{1,64}$/),
  "x-hub-signature-256": z.string().regex(/^sha256=[0-9a-f]{64}$/),
});

export type Acceptance = "queued" | "ignored" | "duplicate";

export interface AcceptsDeliveries {
  /** Stores the delivery before it returns. Safe to call any number of times with one GUID. */
  accept(delivery: Delivery): Promise<Acceptance>;
}

/**
 * `POST /api/github/webhooks`: checks the signature over the raw bytes, stores, answers 202.
 * @param secrets the webhook secret in use, then a previous one while it is being rotated
 */
export function receiveDeliveries(server: FastifyInstance, secrets: readonly string[], inbox: AcceptsDeliveries): void {
  server.register(async (scope) => {
    // The signature covers bytes, not JSON: nothing may parse the body before it is checked.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: BODY_LIMIT_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    scope.post("/api/github/webhooks", { bodyLimit: BODY_LIMIT_BYTES }, (request, reply) =>
      receive(request, reply, secrets, inbox),
    );
  });
}

async function receive(request: FastifyRequest, reply: FastifyReply, secrets: readonly string[], inbox: AcceptsDeliveries) {
  const headers = headersSchema.safeParse(request.headers);
  const body = request.body;
  if (!headers.success || !Buffer.isBuffer(body) || body.length === 0) {
    return reply.code(400).send({ error: "This address takes signed GitHub webhook deliveries only." });
  }
  const text = body.toString("utf8");
  const [current, ...previous] = secrets;
  if (current === undefined || !(await verifyWithFallback(current, text, headers.data["x-hub-signature-256"], previous))) {
    return reply
      .code(401)
      .send({ error: "The signature does not fit: the secret of the GitHub App and CAMPANILE_WEBHOOK_SECRET differ." });
  }
  const payload = parseJson(text);
  if (payload === undefined) {
    return reply.code(400).send({ error: "The body is not JSON: set the App's webhook content type to application/json." });
  }
  const acceptance = await inbox.accept({
    guid: headers.data["x-github-delivery"],
    event: headers.data["x-github-event"],
    payload,
  });
  return reply.code(202).send({ status: acceptance });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
