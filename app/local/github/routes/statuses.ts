import { z } from "zod";
import { created, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentAccount } from "../present/account.ts";
import { presentStatus } from "../present/check.ts";
import { presentRepository, repositoryUrl } from "../present/repository.ts";
import type { CommitStatus } from "../state/checks.ts";
import { findRefOrRefuse } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ statuses: "read" }] } as const;

export const statusRoutes: RepositoryEndpoint[] = [
  {
    method: "POST",
    path: "/repos/{owner}/{repo}/statuses/{sha}",
    access: "repository",
    role: "push",
    permissions: [{ statuses: "write" }],
    handle: create,
  },
  { method: "GET", path: "/repos/{owner}/{repo}/commits/{ref}/statuses", ...read, handle: list },
  { method: "GET", path: "/repos/{owner}/{repo}/commits/{ref}/status", ...read, handle: combine },
];

const newStatus = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  context: z.string().default("default"),
  description: z.string().max(140).nullish(),
  target_url: z.string().nullish(),
});

async function create(call: RepositoryCall) {
  const { github, repository } = call;
  const sha = await findRefOrRefuse(call, call.param("sha"));
  const { state, context, description, target_url } = call.body(newStatus);
  const status: CommitStatus = {
    id: github.state.nextId(),
    sha,
    state,
    context,
    description: description ?? null,
    targetUrl: target_url ?? null,
    creator: call.sender(),
    createdAt: github.now(),
  };
  repository.statuses.push(status);
  github.emit({ event: "status", repository, sender: call.sender(), fields: present(call, status), isDelivered: false });
  return created(present(call, status));
}

async function list(call: RepositoryCall) {
  const sha = await findRefOrRefuse(call, call.param("ref"));
  const statuses = call.repository.statuses.filter((status) => status.sha === sha).reverse();
  return ok(call.page(statuses).map((status) => present(call, status)));
}

/** The newest of each context counts. */
async function combine(call: RepositoryCall) {
  const { github, repository } = call;
  const sha = await findRefOrRefuse(call, call.param("ref"));
  const newest = new Map<string, CommitStatus>();
  for (const status of repository.statuses) if (status.sha === sha) newest.set(status.context, status);
  const statuses = [...newest.values()];
  const url = `${repositoryUrl(github, repository)}/commits/${sha}`;
  return ok({
    state: combinedState(statuses),
    statuses: call.page(statuses).map((status) => presentStatus(github, repository, status)),
    sha,
    total_count: statuses.length,
    repository: presentRepository(github, repository),
    commit_url: url,
    url: `${url}/status`,
  });
}

function combinedState(statuses: readonly CommitStatus[]): string {
  if (statuses.some(({ state }) => state === "error" || state === "failure")) return "failure";
  return statuses.length > 0 && statuses.every(({ state }) => state === "success") ? "success" : "pending";
}

const present = (call: RepositoryCall, status: CommitStatus) => ({
  ...presentStatus(call.github, call.repository, status),
  creator: presentAccount(call.github, status.creator),
});
