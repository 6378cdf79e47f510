import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Reply } from "./endpoint.ts";

/** Marks what was read by its content, and says 304 to those who have it already. */
export function conditional(request: FastifyRequest, reply: Reply): Reply {
  if (request.method !== "GET" || reply.status !== 200) return reply;
  const content = Buffer.isBuffer(reply.body) ? reply.body : JSON.stringify(reply.body);
  const etag = `W/"${createHash("sha256").update(content).digest("hex")}"`;
  const headers = {
    ...reply.headers,
    etag,
    "cache-control": "private, max-age=60, s-maxage=60",
    vary: "Accept, Authorization, Cookie, X-GitHub-OTP",
  };
  const seen = request.headers["if-none-match"]?.split(",").map((one) => one.trim().replace(/^W\//, ""));
  return seen?.includes(etag.slice(2)) ? { status: 304, headers } : { ...reply, headers };
}
