import type { FastifyInstance } from "fastify";
import type { Emulator } from "../emulator.ts";
import type { Archives } from "../routes/tarball.ts";
import { findRepository } from "../state/state.ts";
import { renderPage } from "./render-page.ts";

/** First parts of the path that belong to the API: what is not found there is told in JSON. */
const API_ROOTS = new Set(["app", "installation", "orgs", "rate_limit", "repos", "teams", "user", "users", "_emulator"]);

/** Serves what people follow `html_url` to, archives, and "not found" for all the rest. */
export function servePages(server: FastifyInstance, github: Emulator, archives: Archives): void {
  server.get("/_codeload/*", async (request, reply) => {
    const archive = await archives.find(new URL(request.url, github.baseUrl).searchParams.get("token") ?? "");
    if (!archive) return reply.code(404).send("404: Not Found");
    return reply
      .type("application/x-gzip")
      .header("content-disposition", `attachment; filename=${archive.fileName}`)
      .send(archive.bytes);
  });
  server.setNotFoundHandler(async (request, reply) => {
    const [, first = "", name = "", kind, number] = new URL(request.url, github.baseUrl).pathname.split("/");
    const repository = API_ROOTS.has(first) ? undefined : findRepository(github.state, first, name);
    const page = repository && !repository.isPrivate ? renderPage(repository, { kind, number }) : undefined;
    if (page !== undefined) return reply.type("text/html; charset=utf-8").send(page);
    return reply.code(404).send({ message: "Not Found", documentation_url: "https://docs.github.com/rest", status: "404" });
  });
}
