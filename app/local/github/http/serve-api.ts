import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Emulator } from "../emulator.ts";
import { faultAnswer, type RequestFaults } from "../faults/request-faults.ts";
import type { SchemaChecker } from "../schema/start-schema-checker.ts";
import { ApiError, errorBody } from "./api-error.ts";
import { conditional } from "./conditional.ts";
import type { Actor, Endpoint, Reply } from "./endpoint.ts";
import { isCounted, type RateLimits, rateHeaders } from "./rate-limit.ts";
import { runEndpoint } from "./run-endpoint.ts";

export interface ApiParts {
  github: Emulator;
  limits: RateLimits;
  faults: RequestFaults;
  /** undefined when answers are not checked. */
  checker: SchemaChecker | undefined;
}

/** Serves GitHub's operations, with the headers that all of its answers have. */
export function serveApi(server: FastifyInstance, parts: ApiParts, endpoints: readonly Endpoint[]): void {
  for (const endpoint of endpoints) {
    server.route({
      method: endpoint.method,
      url: routePath(endpoint.path),
      handler: (request, reply) => serve(parts, endpoint, { request, reply }),
    });
  }
}

/** What comes last and may hold slashes takes the rest of the path: a file, a branch. */
function routePath(path: string): string {
  return path.replace(/\/\{(path|ref|basehead|branch)\}$/, "/*").replace(/\{(\w+)\}/g, ":$1");
}

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

async function serve(parts: ApiParts, endpoint: Endpoint, { request, reply }: Exchange): Promise<FastifyReply> {
  const { github, faults } = parts;
  const url = new URL(request.url, github.baseUrl);
  const fault = faults.take(request.method, url.pathname);
  const noted = { actor: "nobody", fault: fault?.kind };
  const note = (status: number) =>
    github.journal.write({
      kind: "request",
      name: `${endpoint.method} ${endpoint.path}`,
      repository: undefined,
      details: { method: request.method, path: url.pathname, query: url.search, status, ...noted },
    });

  const isWorkDone = !fault || fault.kind === "work-then-502";
  const done = isWorkDone ? await answer(parts, endpoint, { request, url }) : undefined;
  if (done) noted.actor = describe(done.actor);
  if (fault?.kind === "hang-up") {
    note(0);
    request.raw.socket.destroy();
    return reply.hijack();
  }
  if (fault) {
    const failed = faultAnswer(fault, github.now());
    note(failed.status);
    const body = { message: failed.message, documentation_url: "https://docs.github.com/rest", status: String(failed.status) };
    return send(parts, reply, { status: failed.status, headers: failed.headers, body });
  }
  if (!done) throw new Error("a request without a fault was not served");
  note(done.reply.status);
  return send(parts, reply, done.reply, done.actor);
}

/** Whatever goes wrong on the way becomes an answer; what we did not foresee is a 500 that says so. */
async function answer(parts: ApiParts, endpoint: Endpoint, { request, url }: { request: FastifyRequest; url: URL }) {
  let actor: Actor = { kind: "anonymous" };
  let reply: Reply;
  try {
    const run = await runEndpoint(parts, endpoint, { request, url, onActor: (found) => (actor = found) });
    reply = conditional(request, run);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    reply = { status: error.status, body: errorBody(error), headers: error.headers };
  }
  if (reply.status === 404 && reply.body === undefined) reply = { ...reply, body: errorBody(new ApiError(404, "Not Found")) };
  if (!Buffer.isBuffer(reply.body) && reply.status !== 304) {
    const json = reply.body === undefined ? undefined : JSON.stringify(reply.body);
    parts.checker?.check({ kind: "answer", method: endpoint.method, path: endpoint.path, status: reply.status, json });
  }
  // An answer that nothing has changed costs a caller who is known nothing.
  if (reply.status !== 304 && isCounted(endpoint)) parts.limits.take(actor);
  return { reply, actor };
}

function send({ limits, github }: ApiParts, reply: FastifyReply, { status, headers, body }: Reply, actor?: Actor): FastifyReply {
  reply.code(status).headers({
    date: github.now().toUTCString(),
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": "2022-11-28",
    "x-github-request-id": `${reply.request.id}`.toUpperCase(),
    ...(actor ? rateHeaders(limits.windowOf(actor)) : {}),
    ...headers,
  });
  if (body === undefined) return reply.send();
  if (Buffer.isBuffer(body)) return reply.send(body);
  return reply.type("application/json; charset=utf-8").send(JSON.stringify(body));
}

function describe(actor: Actor): string {
  if (actor.kind === "user") return actor.account.login;
  if (actor.kind === "app") return `app ${actor.app.slug}`;
  return actor.kind === "installation"
    ? `installation ${actor.token.installation.id} of ${actor.token.installation.app.slug}`
    : "nobody";
}
