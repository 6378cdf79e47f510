import { readCommit } from "../git/commits.ts";
import { findBranchHead, listRefs } from "../git/refs.ts";
import { ApiError } from "../http/api-error.ts";
import { ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentCommit } from "../present/commit.ts";
import { presentBranchProtection } from "../present/protection.ts";
import { repositoryPage, repositoryUrl } from "../present/repository.ts";
import { rulesetsOn } from "../pulls/branch-rules.ts";

const read = { access: "repository", role: "pull", permissions: [{ contents: "read" }] } as const;

export const branchRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/branches", ...read, handle: list },
  { method: "GET", path: "/repos/{owner}/{repo}/branches/{branch}", ...read, handle: get },
];

async function list(call: RepositoryCall) {
  const refs = await listRefs(call.repository.gitDir, "refs/heads/");
  const branches = refs.map((ref) => ({
    name: ref.name.slice("refs/heads/".length),
    commit: { sha: ref.sha, url: `${repositoryUrl(call.github, call.repository)}/commits/${ref.sha}` },
  }));
  const wanted = branches
    .map((branch) => ({ ...branch, protected: isProtected(call, branch.name) }))
    .filter((branch) => (call.query("protected") ?? String(branch.protected)) === String(branch.protected));
  return ok(call.page(wanted));
}

async function get(call: RepositoryCall) {
  const { github, repository } = call;
  const name = call.param("branch");
  const sha = await findBranchHead(repository.gitDir, name);
  if (sha === undefined) throw new ApiError(404, "Branch not found");
  const url = `${repositoryUrl(github, repository)}/branches/${encodeURIComponent(name)}`;
  return ok({
    name,
    commit: presentCommit(github, repository, await readCommit(repository.gitDir, sha)),
    _links: { self: url, html: `${repositoryPage(github, repository)}/tree/${name}` },
    protected: isProtected(call, name),
    protection: presentBranchProtection(repository.protections.get(name)),
    protection_url: `${url}/protection`,
  });
}

const isProtected = ({ repository }: RepositoryCall, branch: string): boolean =>
  repository.protections.has(branch) || rulesetsOn(repository, branch).length > 0;
