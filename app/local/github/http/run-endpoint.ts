import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Emulator } from "../emulator.ts";
import { findRepository } from "../state/state.ts";
import { ApiError, notFound, notPermitted, unprocessable } from "./api-error.ts";
import { authenticate } from "./authenticate.ts";
import { acceptedPermissions, authorizeOnRepository, holdsOne } from "./authorize.ts";
import type { Actor, Call, Endpoint, Reply } from "./endpoint.ts";
import { paginate } from "./paginate.ts";
import { isCounted, type RateLimits } from "./rate-limit.ts";

interface Incoming {
  request: FastifyRequest;
  url: URL;
  /** Told as soon as it is known who asks: also a refused request is counted. */
  onActor: (actor: Actor) => void;
}

/** Finds out who asks, whether they may, and does it. @throws {ApiError} */
export async function runEndpoint(
  { github, limits }: { github: Emulator; limits: RateLimits },
  endpoint: Endpoint,
  incoming: Incoming,
): Promise<Reply> {
  const actor = await authenticate(github, incoming.request.headers.authorization);
  incoming.onActor(actor);
  if (isCounted(endpoint)) refuseBeyondLimit(limits, actor);
  const headers: Record<string, string> = {};
  if ("permissions" in endpoint && endpoint.permissions.length > 0) {
    headers["x-accepted-github-permissions"] = acceptedPermissions(endpoint.permissions);
  }
  try {
    const reply = await authorizeAndHandle(endpoint, createCall(github, { ...incoming, actor, headers, endpoint }));
    return { ...reply, headers: { ...headers, ...reply.headers } };
  } catch (error) {
    if (error instanceof ApiError)
      throw new ApiError(error.status, error.message, { ...withErrors(error), headers: { ...headers, ...error.headers } });
    throw error;
  }
}

const withErrors = (error: ApiError) => (error.errors === undefined ? {} : { errors: error.errors });

async function authorizeAndHandle(endpoint: Endpoint, call: Call): Promise<Reply> {
  const { actor, github } = call;
  if (endpoint.access === "repository") {
    const repository = findRepository(github.state, call.param("owner"), call.param("repo"));
    if (!repository) throw notFound();
    authorizeOnRepository(github, actor, repository, endpoint);
    return endpoint.handle({ ...call, repository });
  }
  if (endpoint.access === "app" && actor.kind !== "app") throw new ApiError(401, "A JSON web token could not be decoded");
  if (endpoint.access === "user" && actor.kind !== "user") {
    throw actor.kind === "installation" ? notPermitted() : new ApiError(401, "Requires authentication");
  }
  if (endpoint.access === "account") {
    if (actor.kind === "anonymous" || actor.kind === "app") throw new ApiError(401, "Requires authentication");
    if (actor.kind === "installation" && !holdsOne(actor.token, endpoint.permissions)) throw notPermitted();
  }
  return endpoint.handle(call);
}

function refuseBeyondLimit(limits: RateLimits, actor: Actor): void {
  const { limit, used, resetSeconds } = limits.windowOf(actor);
  if (used < limit) return;
  throw new ApiError(403, "API rate limit exceeded. Check the reset time before you try again.", {
    headers: { "x-ratelimit-reset": String(resetSeconds) },
  });
}

interface CallParts extends Incoming {
  actor: Actor;
  headers: Record<string, string>;
  endpoint: Endpoint;
}

function createCall(github: Emulator, { request, url, actor, headers, endpoint }: CallParts): Call {
  const params = paramsOf(request, endpoint);
  return {
    github,
    actor,
    param: (name) => params[name] ?? "",
    query: (name) => url.searchParams.get(name) ?? undefined,
    accept: request.headers.accept ?? "",
    body: (schema) => parseBody(request.body, schema),
    page(items) {
      const page = paginate(items, url);
      if (page.link !== undefined) headers.link = page.link;
      return page.items;
    },
    sender() {
      if (actor.kind === "user") return actor.account;
      if (actor.kind === "installation") return actor.token.installation.app.bot;
      throw new ApiError(401, "Requires authentication");
    },
    viaApp: () => (actor.kind === "installation" ? actor.token.installation.app : undefined),
  };
}

function paramsOf(request: FastifyRequest, endpoint: Endpoint): Record<string, string> {
  const params = Object.entries(request.params ?? {}).map(([name, value]) => [name, String(value)] as const);
  const restName = /\{(\w+)\}$/.exec(endpoint.path)?.[1] ?? "*";
  return Object.fromEntries(params.map(([name, value]) => [name === "*" ? restName : name, value]));
}

function parseBody<T>(body: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join("/") ?? "";
  throw unprocessable(
    `Invalid request.\n\nFor '${field === "" ? "body" : `properties/${field}`}', ${issue?.message ?? "not valid"}.`,
  );
}

function parseJson(body: unknown): unknown {
  if (typeof body !== "string" || body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw new ApiError(400, "Problems parsing JSON");
  }
}
