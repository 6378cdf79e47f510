import { z } from "zod";
import type { Emulator } from "../emulator.ts";
import { listCommits, readCommits } from "../git/commits.ts";
import { diffCommits } from "../git/diff.ts";
import { findMergeBase } from "../git/merge.ts";
import { findBranchHead } from "../git/refs.ts";
import { invalid, unprocessable } from "../http/api-error.ts";
import { created, noContent, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentCommit, presentFile } from "../present/commit.ts";
import { presentPullRequest, presentPullRequestSimple } from "../present/pull-request.ts";
import { closePullRequest, emitPullRequest, reopenPullRequest } from "../pulls/change-pull-request.ts";
import { mergePullRequest } from "../pulls/merge-pull-request.ts";
import { startTestMerge } from "../pulls/mergeability.ts";
import { openPullRequest } from "../pulls/open-pull-request.ts";
import type { PullRequest } from "../state/issues.ts";
import type { Repository } from "../state/repository.ts";
import { findPullRequest } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ pull_requests: "read" }] } as const;
// Whoever may read may propose; an installation needs the right to write pull requests.
const propose = { access: "repository", role: "pull", permissions: [{ pull_requests: "write" }] } as const;
const write = { access: "repository", role: "push", permissions: [{ pull_requests: "write" }] } as const;
const merge = { access: "repository", role: "push", permissions: [{ contents: "write" }] } as const;

export const pullRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/pulls", ...read, handle: list },
  { method: "POST", path: "/repos/{owner}/{repo}/pulls", ...propose, handle: create },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/pulls/{pull_number}",
    ...read,
    handle: async (call) => ok(await presentPullRequest(call.github, findPullRequest(call))),
  },
  { method: "PATCH", path: "/repos/{owner}/{repo}/pulls/{pull_number}", ...write, handle: update },
  { method: "GET", path: "/repos/{owner}/{repo}/pulls/{pull_number}/files", ...read, handle: listFiles },
  { method: "GET", path: "/repos/{owner}/{repo}/pulls/{pull_number}/commits", ...read, handle: listPullCommits },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/pulls/{pull_number}/merge",
    ...read,
    handle: (call) => (findPullRequest(call).merged ? noContent() : { status: 404 }),
  },
  { method: "PUT", path: "/repos/{owner}/{repo}/pulls/{pull_number}/merge", ...merge, handle: mergePull },
];

async function list(call: RepositoryCall) {
  const state = call.query("state") ?? "open";
  const head = call.query("head")?.toLowerCase();
  const base = call.query("base");
  const pulls = [...call.repository.issues.values()].flatMap(({ pullRequest }) => pullRequest ?? []);
  const wanted = pulls.filter(
    (pull) =>
      (state === "all" || pull.issue.state === state) &&
      (base === undefined || pull.base.branch === base) &&
      // GitHub takes no notice of a head without its owner.
      (!head?.includes(":") || `${pull.head.repository.owner.login}:${pull.head.branch}`.toLowerCase() === head),
  );
  const isAscending = call.query("direction") === "asc";
  const ordered = isAscending ? wanted : wanted.reverse();
  return ok(call.page(ordered).map((pull) => presentPullRequestSimple(call.github, pull)));
}

const newPull = z.object({
  title: z.string(),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
  draft: z.boolean().default(false),
});

async function create(call: RepositoryCall) {
  const { title, head, base, body, draft } = call.body(newPull);
  const [owner, branch] = head.includes(":") ? head.split(":") : [call.repository.owner.login, head];
  const repository = findHeadRepository(call.github, call.repository, owner ?? "");
  if (!repository) throw invalid({ resource: "PullRequest", field: "head", code: "invalid" });
  const pull = await openPullRequest(call.github, {
    title,
    body: body ?? null,
    base: { repository: call.repository, branch: base },
    head: { repository, branch: branch ?? "" },
    isDraft: draft,
    author: call.sender(),
    viaApp: call.viaApp(),
  });
  const reply = created(await presentPullRequest(call.github, pull));
  return { ...reply, headers: { location: presentPullRequestSimple(call.github, pull).url } };
}

function findHeadRepository(github: Emulator, base: Repository, owner: string): Repository | undefined {
  if (base.owner.login.toLowerCase() === owner.toLowerCase()) return base;
  return [...github.state.repositories.values()].find(
    (one) => one.forkOf === base && one.owner.login.toLowerCase() === owner.toLowerCase(),
  );
}

const pullUpdate = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
  base: z.string().optional(),
});

async function update(call: RepositoryCall) {
  const pull = findPullRequest(call);
  const wanted = call.body(pullUpdate);
  const sender = call.sender();
  await call.repository.exclusive(async () => {
    const changes = await applyEdits(pull, wanted);
    if (Object.keys(changes).length > 0) {
      pull.issue.updatedAt = call.github.now();
      await emitPullRequest(call.github, pull, { action: "edited", sender, more: { changes } });
      if (changes.base) startTestMerge(call.github, pull);
    }
    if (wanted.state === "closed" && pull.issue.state === "open") await closePullRequest(call.github, pull, sender);
    if (wanted.state === "open" && pull.issue.state === "closed") {
      if (pull.merged) throw invalid({ resource: "PullRequest", field: "state", code: "invalid" });
      await reopenPullRequest(call.github, pull, sender);
    }
  });
  return ok(await presentPullRequest(call.github, pull));
}

/** @returns the payload's `changes`: what it was before */
async function applyEdits(pull: PullRequest, wanted: z.infer<typeof pullUpdate>): Promise<Record<string, unknown>> {
  const { issue } = pull;
  const changes: Record<string, unknown> = {};
  if (wanted.title !== undefined && wanted.title !== issue.title) {
    changes.title = { from: issue.title };
    issue.title = wanted.title;
  }
  if (wanted.body !== undefined && wanted.body !== issue.body) {
    changes.body = { from: issue.body ?? "" };
    issue.body = wanted.body;
  }
  if (wanted.base !== undefined && wanted.base !== pull.base.branch) {
    const sha = await findBranchHead(pull.base.repository.gitDir, wanted.base);
    if (sha === undefined) throw unprocessable("Validation Failed");
    changes.base = { ref: { from: pull.base.branch }, sha: { from: pull.base.sha } };
    pull.base = { ...pull.base, branch: wanted.base, sha };
  }
  return changes;
}

async function listFiles(call: RepositoryCall) {
  const pull = findPullRequest(call);
  const { gitDir } = call.repository;
  const mergeBase = await findMergeBase(gitDir, pull.base.sha, pull.head.sha);
  const files = await diffCommits(gitDir, mergeBase, pull.head.sha);
  return ok(call.page(files).map((file) => presentFile(call.github, call.repository, { file, sha: pull.head.sha })));
}

async function listPullCommits(call: RepositoryCall) {
  const pull = findPullRequest(call);
  const { gitDir } = call.repository;
  const shas = await listCommits(gitDir, [`^${pull.base.sha}`, pull.head.sha], { reverse: true });
  const commits = await readCommits(gitDir, call.page(shas));
  return ok(commits.map((commit) => presentCommit(call.github, call.repository, commit)));
}

const mergeRequest = z
  .object({
    commit_title: z.string().optional(),
    commit_message: z.string().optional(),
    sha: z.string().optional(),
    merge_method: z.enum(["merge", "squash", "rebase"]).default("merge"),
  })
  .default({ merge_method: "merge" });

async function mergePull(call: RepositoryCall) {
  const pull = findPullRequest(call);
  const request = call.body(mergeRequest);
  const sha = await mergePullRequest(call.github, pull, {
    method: request.merge_method,
    title: request.commit_title,
    message: request.commit_message,
    expectedHeadSha: request.sha,
    by: call.sender(),
  });
  return ok({ sha, merged: true, message: "Pull Request successfully merged" });
}
