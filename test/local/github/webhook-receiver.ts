import { EventEmitter, once } from "node:events";
import fastify from "fastify";

export interface Received {
  headers: Record<string, string | string[] | undefined>;
  body: string;
  payload: Record<string, unknown>;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Waits for a delivery, also one that is here already. */
  next: (matches: (one: Received) => boolean) => Promise<Received>;
  /** Waits until there are so many. @returns them in the order in which they came */
  several: (count: number, matches: (one: Received) => boolean) => Promise<Received[]>;
  /** What it answers from now on; 202 at first. */
  answerWith: (status: number) => void;
  close: () => Promise<void>;
}

/** A receiver of webhooks on a real port that keeps what arrives. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const arrived = new EventEmitter().setMaxListeners(0);
  let status = 202;
  const server = fastify({ forceCloseConnections: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  server.post("/", async (request, reply) => {
    const body = String(request.body);
    received.push({ headers: request.headers, body, payload: JSON.parse(body) });
    arrived.emit("delivery");
    return reply.code(status).send("received");
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const several: Receiver["several"] = async (count, matches) => {
    const signal = AbortSignal.timeout(10_000);
    for (;;) {
      const found = received.filter(matches);
      if (found.length >= count) return found;
      await once(arrived, "delivery", { signal });
    }
  };
  return {
    url,
    received,
    async next(matches) {
      const [found] = await several(1, matches);
      if (!found) throw new Error("waiting ended without a delivery");
      return found;
    },
    several,
    answerWith: (next) => {
      status = next;
    },
    close: () => server.close(),
  };
}
