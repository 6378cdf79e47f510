import fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { type AcceptsDeliveries, receiveDeliveries } from "./receive-deliveries.ts";

export interface FrontOptions {
  host: string;
  port: number;
  webhookSecrets: readonly string[];
  inbox: AcceptsDeliveries;
  /** Whether work can be done now: the database answers. A reason when not. */
  readiness: () => Promise<{ ready: true } | { ready: false; because: string }>;
  metrics: Registry;
  log: Logger;
}

/**
 * Starts the HTTP front: deliveries in, health and metrics out, nothing else (no setup pages, no static files).
 * @returns the server and the port it listens on (its own choice when `port` is 0)
 */
export async function startFront(options: FrontOptions): Promise<{ server: FastifyInstance; port: number }> {
  const server = fastify({ logger: false, requestTimeout: 30_000, connectionTimeout: 60_000, keepAliveTimeout: 10_000 });
  receiveDeliveries(server, options.webhookSecrets, options.inbox);
  server.get("/healthz", async () => ({ status: "ok" }));
  server.get("/readyz", async (_request, reply) => {
    const readiness = await options.readiness();
    return readiness.ready ? { status: "ready" } : reply.code(503).send({ status: "not ready", because: readiness.because });
  });
  server.get("/metrics", async (_request, reply) =>
    reply.type(options.metrics.contentType).send(await options.metrics.metrics()),
  );
  server.setErrorHandler((error: { statusCode?: number; message?: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) options.log.error({ err: error, url: request.url }, "a request could not be answered");
    return reply.code(status).send({
      error:
        status === 413
          ? "The body is larger than 26 MB; GitHub never sends that."
          : status >= 500
            ? "Not stored. Please send it again."
            : "Bad request.",
    });
  });
  await server.listen({ host: options.host, port: options.port });
  const address = server.server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : options.port };
}
