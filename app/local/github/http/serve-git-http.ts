import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Emulator } from "../emulator.ts";
import { faultAnswer, type RequestFaults } from "../faults/request-faults.ts";
import { listRefs } from "../git/refs.ts";
import { type GitHttpRequest, serveGit } from "../git/serve-git.ts";
import { compareRefs, noteRefChanges } from "../refs/note-ref-changes.ts";
import type { Account } from "../state/accounts.ts";
import type { Repository } from "../state/repository.ts";
import { findRepository } from "../state/state.ts";
import { ApiError, notFound } from "./api-error.ts";
import { authenticate } from "./authenticate.ts";
import { authorizeOnRepository } from "./authorize.ts";
import type { Actor } from "./endpoint.ts";

const SERVICES = ["info/refs", "git-upload-pack", "git-receive-pack"];

/** Serves clone, fetch and push at `/<owner>/<repository>.git`, with a token as the password. */
export function serveGitHttp(server: FastifyInstance, parts: { github: Emulator; faults: RequestFaults }): void {
  // git's own program reads the body; nobody before it.
  server.addContentTypeParser(/^application\/x-git-/, (_request, payload, done) => done(null, payload));
  for (const service of SERVICES) {
    server.route({
      method: service === "info/refs" ? "GET" : "POST",
      url: `/:owner/:repo/${service}`,
      handler: (request, reply) => serve(parts, { request, reply, service }),
    });
  }
}

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  service: string;
}

async function serve({ github, faults }: { github: Emulator; faults: RequestFaults }, exchange: Exchange): Promise<FastifyReply> {
  const { request, reply, service } = exchange;
  const url = new URL(request.url, github.baseUrl);
  const fault = faults.take(request.method, url.pathname);
  if (fault) {
    const failed = faultAnswer(fault, github.now());
    note(github, request, failed.status);
    return reply.code(failed.status).headers(failed.headers).send(failed.message);
  }
  const isPush = service === "git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";
  try {
    const actor = await authenticate(github, request.headers.authorization);
    const repository = repositoryOf(github, request);
    authorizeOnRepository(github, actor, repository, {
      permissions: [{ contents: isPush ? "write" : "read" }],
      role: isPush ? "push" : "pull",
    });
    const by = accountOf(actor);
    if (isPush && !by) throw new ApiError(401, "Requires authentication");
    reply.hijack();
    const git = {
      gitDir: repository.gitDir,
      service: `/${service}`,
      query: url.search.slice(1),
      login: isPush ? by?.login : undefined,
    };
    const serveBy = (more: Pick<GitHttpRequest, "beforeEnd"> = {}) => serveGit({ ...git, ...more }, request.raw, reply.raw);
    if (service === "git-receive-pack" && by) await repository.exclusive(() => followPush(github, { repository, by, serveBy }));
    else await serveBy();
    note(github, request, reply.raw.statusCode);
    return reply;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Without being asked git sends no password; a 404 alone would end the matter.
    const isAsking = request.headers.authorization === undefined;
    if (isAsking) reply.header("www-authenticate", 'Basic realm="GitHub"');
    note(github, request, isAsking ? 401 : error.status);
    return reply
      .code(isAsking ? 401 : error.status)
      .type("text/plain")
      .send(`${error.message}\n`);
  }
}

interface Push {
  repository: Repository;
  by: Account;
  serveBy: (more: Pick<GitHttpRequest, "beforeEnd">) => Promise<void>;
}

/** git moves the refs; what has moved is seen by looking before and after. */
async function followPush(github: Emulator, { repository, by, serveBy }: Push): Promise<void> {
  const before = await pushableRefs(repository);
  const beforeEnd = async () => noteRefChanges(github, repository, compareRefs(before, await pushableRefs(repository)), by);
  await serveBy({ beforeEnd });
}

const pushableRefs = async ({ gitDir }: Repository) => [
  ...(await listRefs(gitDir, "refs/heads/")),
  ...(await listRefs(gitDir, "refs/tags/")),
];

function repositoryOf(github: Emulator, request: FastifyRequest): Repository {
  const [, owner = "", name = ""] = new URL(request.url, github.baseUrl).pathname.split("/");
  const repository = findRepository(github.state, decodeURIComponent(owner), decodeURIComponent(name).replace(/\.git$/, ""));
  if (!repository) throw notFound();
  return repository;
}

function accountOf(actor: Actor): Account | undefined {
  if (actor.kind === "user") return actor.account;
  return actor.kind === "installation" ? actor.token.installation.app.bot : undefined;
}

function note(github: Emulator, request: FastifyRequest, status: number): void {
  const { pathname, search } = new URL(request.url, github.baseUrl);
  github.journal.write({
    kind: "request",
    name: "git",
    repository: undefined,
    details: { method: request.method, path: pathname, query: search, status },
  });
}
