import fastify from "fastify";
import { inject, onTestFinished } from "vitest";

/** A chart repository that is slow, or away, when a test wants it to be. */
export interface ChartGate {
  /** For `openInstitution`: Campanile reads its charts here. */
  env: Record<string, string>;
  /** From now on nobody gets an answer. */
  hold(): void;
  /** Resolves once somebody waits for an answer. */
  untilHeld(): Promise<void>;
  /** From now on everybody is answered 503. */
  breakDown(): void;
  /** Everybody gets their answers again, those who wait as well. */
  open(): void;
}

/** Stands before the world's chart repository, and hands through what that answers. */
export async function standBeforeCharts(): Promise<ChartGate> {
  const { charts } = inject("world");
  let isBroken = false;
  let gate = Promise.withResolvers<void>();
  let asked = Promise.withResolvers<void>();
  gate.resolve();
  const server = fastify({ logger: false, forceCloseConnections: true });
  server.get<{ Params: { "*": string } }>("/*", async ({ params }, reply) => {
    asked.resolve();
    await gate.promise;
    if (isBroken) return reply.code(503).send();
    const answer = await fetch(new URL(params["*"], charts));
    return reply.code(answer.status).send(Buffer.from(await answer.arrayBuffer()));
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    gate.resolve();
    await server.close();
  });
  return {
    env: { CAMPANILE_CHART_MIRRORS: JSON.stringify({ "https://charts.campanile.example/": `${url}/` }) },
    hold() {
      gate = Promise.withResolvers();
      asked = Promise.withResolvers();
    },
    untilHeld: () => asked.promise,
    breakDown() {
      isBroken = true;
    },
    open() {
      isBroken = false;
      gate.resolve();
    },
  };
}
