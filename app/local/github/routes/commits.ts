import { listCommits, readCommit, readCommits } from "../git/commits.ts";
import { diffCommits } from "../git/diff.ts";
import { countAheadBehind, findMergeBase, isAncestor } from "../git/merge.ts";
import { findBranchHead, findCommit } from "../git/refs.ts";
import { notFound } from "../http/api-error.ts";
import { ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentCommit, presentFile } from "../present/commit.ts";
import { presentPullRequestSimple } from "../present/pull-request.ts";
import { repositoryPage, repositoryUrl } from "../present/repository.ts";
import { emptyRepository, findRefOrRefuse } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ contents: "read" }] } as const;

export const commitRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/commits", ...read, handle: list },
  { method: "GET", path: "/repos/{owner}/{repo}/commits/{ref}", ...read, handle: get },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
    access: "repository",
    role: "pull",
    permissions: [{ contents: "read", pull_requests: "read" }],
    handle: listPulls,
  },
  { method: "GET", path: "/repos/{owner}/{repo}/compare/{basehead}", ...read, handle: compare },
];

async function list(call: RepositoryCall) {
  const { gitDir, defaultBranch } = call.repository;
  const start = call.query("sha") ?? defaultBranch;
  const head = await findCommit(gitDir, start);
  if (head === undefined) throw call.query("sha") === undefined ? emptyRepository() : notFound();
  const path = call.query("path");
  const shas = await listCommits(gitDir, [head], path === undefined ? {} : { path });
  const commits = await readCommits(gitDir, call.page(shas));
  return ok(commits.map((commit) => presentCommit(call.github, call.repository, commit)));
}

async function get(call: RepositoryCall) {
  const { gitDir } = call.repository;
  const commit = await readCommit(gitDir, await findRefOrRefuse(call, call.param("ref")));
  const files = await diffCommits(gitDir, commit.parents[0], commit.sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return ok({
    ...presentCommit(call.github, call.repository, commit),
    stats: { total: additions + deletions, additions, deletions },
    files: call.page(files).map((file) => presentFile(call.github, call.repository, { file, sha: commit.sha })),
  });
}

/** Pull requests that brought the commit to the default branch, or that propose it. */
async function listPulls(call: RepositoryCall) {
  const { gitDir } = call.repository;
  const sha = await findCommit(gitDir, call.param("commit_sha"));
  if (sha === undefined) throw notFound();
  const pulls = [...call.repository.issues.values()].flatMap(({ pullRequest }) => pullRequest ?? []);
  const holding = [];
  for (const pull of pulls) {
    const isProposed = async () =>
      (await isAncestor(gitDir, sha, pull.head.sha)) && !(await isAncestor(gitDir, sha, pull.base.sha));
    if (pull.merged?.commitSha === sha || (await isProposed())) holding.push(pull);
  }
  return ok(call.page(holding).map((pull) => presentPullRequestSimple(call.github, pull)));
}

async function compare(call: RepositoryCall) {
  const { github, repository } = call;
  const basehead = call.param("basehead");
  const [baseName, headName] = basehead.split("...");
  if (!baseName || !headName) throw notFound();
  const { gitDir } = repository;
  const [base, head] = await Promise.all([findSide(call, baseName), findSide(call, headName)]);
  const mergeBase = await findMergeBase(gitDir, base, head);
  if (mergeBase === undefined) throw notFound();
  const { ahead, behind } = await countAheadBehind(gitDir, base, head);
  const shas = await listCommits(gitDir, [`^${base}`, head], { reverse: true });
  const commits = await readCommits(gitDir, call.page(shas));
  const files = await diffCommits(gitDir, mergeBase, head);
  const page = `${repositoryPage(github, repository)}/compare/${basehead}`;
  const commit = async (sha: string) => presentCommit(github, repository, await readCommit(gitDir, sha));
  return ok({
    url: `${repositoryUrl(github, repository)}/compare/${basehead}`,
    html_url: page,
    permalink_url: `${repositoryPage(github, repository)}/compare/${base.slice(0, 12)}...${head.slice(0, 12)}`,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: await commit(base),
    merge_base_commit: await commit(mergeBase),
    status: statusOf(ahead, behind),
    ahead_by: ahead,
    behind_by: behind,
    total_commits: shas.length,
    commits: commits.map((one) => presentCommit(github, repository, one)),
    // GitHub lists the files on the first page only.
    files: Number(call.query("page") ?? 1) > 1 ? [] : files.map((file) => presentFile(github, repository, { file, sha: head })),
  });
}

const statusOf = (ahead: number, behind: number) => {
  if (ahead > 0) return behind > 0 ? "diverged" : "ahead";
  return behind > 0 ? "behind" : "identical";
};

/** A side may be `branch`, a SHA, or `owner:branch` of the repository or one of its forks. */
async function findSide(call: RepositoryCall, name: string): Promise<string> {
  const { repository, github } = call;
  const [owner, branch] = name.includes(":") ? name.split(":") : [undefined, name];
  if (owner === undefined || owner.toLowerCase() === repository.owner.login.toLowerCase()) {
    const sha = await findCommit(repository.gitDir, branch ?? "");
    if (sha === undefined) throw notFound();
    return sha;
  }
  const fork = [...github.state.repositories.values()].find(
    (one) => one.forkOf === repository && one.owner.login.toLowerCase() === owner.toLowerCase(),
  );
  const sha = fork && (await findBranchHead(fork.gitDir, branch ?? ""));
  // The fork's commits are here as soon as a pull request proposes them.
  if (sha === undefined || (await findCommit(repository.gitDir, sha)) === undefined) throw notFound();
  return sha;
}
