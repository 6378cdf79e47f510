import type { Emulator } from "../emulator.ts";
import { fetchFrom } from "../git/create-repository.ts";
import { deleteRef, findBranchHead, findRef, updateRef } from "../git/refs.ts";
import { presentPullRequest } from "../present/pull-request.ts";
import type { Account } from "../state/accounts.ts";
import type { PullRequest } from "../state/issues.ts";
import { startTestMerge } from "./mergeability.ts";

/** Tells of something that happened to a pull request. */
export async function emitPullRequest(
  github: Emulator,
  pull: PullRequest,
  what: { action: string; sender: Account; more?: Record<string, unknown> },
): Promise<void> {
  github.emit({
    event: "pull_request",
    action: what.action,
    repository: pull.base.repository,
    sender: what.sender,
    fields: { number: pull.issue.number, pull_request: await presentPullRequest(github, pull), ...what.more },
  });
}

/** A merged pull request is closed too. Needs the repository's turn. */
export async function closePullRequest(github: Emulator, pull: PullRequest, by: Account): Promise<void> {
  const { issue, base } = pull;
  issue.state = "closed";
  issue.closedAt = github.now();
  issue.updatedAt = github.now();
  issue.closedBy = by;
  await deleteRef(base.repository.gitDir, `refs/pull/${issue.number}/merge`);
  await emitPullRequest(github, pull, { action: "closed", sender: by });
}

export async function reopenPullRequest(github: Emulator, pull: PullRequest, by: Account): Promise<void> {
  pull.issue.state = "open";
  pull.issue.closedAt = null;
  pull.issue.closedBy = null;
  pull.issue.updatedAt = github.now();
  await emitPullRequest(github, pull, { action: "reopened", sender: by });
  startTestMerge(github, pull);
}

/** The head branch has moved: the pull request follows. */
export async function synchronizePullRequest(
  github: Emulator,
  pull: PullRequest,
  move: { to: string; by: Account },
): Promise<void> {
  const before = pull.head.sha;
  pull.head.sha = move.to;
  pull.base.sha = (await findBranchHead(pull.base.repository.gitDir, pull.base.branch)) ?? pull.base.sha;
  pull.issue.updatedAt = github.now();
  await keepHead(pull);
  await emitPullRequest(github, pull, { action: "synchronize", sender: move.by, more: { before, after: move.to } });
  startTestMerge(github, pull);
}

/** Keeps `refs/pull/<number>/head` at the head, with its commits, also when they live in a fork. */
export async function keepHead(pull: PullRequest): Promise<void> {
  const { gitDir } = pull.base.repository;
  const name = `refs/pull/${pull.issue.number}/head`;
  if (pull.head.repository !== pull.base.repository) {
    await fetchFrom(gitDir, pull.head.repository.gitDir, [`+${pull.head.sha}:${name}`]);
    return;
  }
  await updateRef(gitDir, name, pull.head.sha, (await findRef(gitDir, name))?.sha);
}
