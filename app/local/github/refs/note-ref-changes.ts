import { requestCheckSuites } from "../checks/check-suites.ts";
import type { Emulator } from "../emulator.ts";
import { listCommits } from "../git/commits.ts";
import { isAncestor } from "../git/merge.ts";
import { findCommit, listRefs } from "../git/refs.ts";
import { presentPushedCommit } from "../present/commit.ts";
import { repositoryPage } from "../present/repository.ts";
import { closePullRequest, synchronizePullRequest } from "../pulls/change-pull-request.ts";
import type { Account } from "../state/accounts.ts";
import type { PullRequest } from "../state/issues.ts";
import type { Repository } from "../state/repository.ts";

export interface RefChange {
  name: string;
  /** undefined: it was not there. */
  before: string | undefined;
  /** undefined: it is gone. */
  after: string | undefined;
}

/** GitHub sends no `push` for more branches or tags than this that are pushed at once. */
const PUSHES_LIMIT = 3;

/** Does what follows from moved branches and tags: webhooks, check suites, pull requests. Needs the repository's turn. */
export async function noteRefChanges(
  github: Emulator,
  repository: Repository,
  changes: readonly RefChange[],
  by: Account,
): Promise<void> {
  if (changes.length > 0) repository.pushedAt = github.now();
  for (const change of changes) {
    if (changes.length <= PUSHES_LIMIT) await emitPush(github, repository, { change, by });
    if (!change.name.startsWith("refs/heads/")) continue;
    const branch = change.name.slice("refs/heads/".length);
    if (change.after !== undefined) {
      const pushed = { branch, before: change.before, headSha: change.after, by };
      await requestCheckSuites(github, repository, pushed);
    }
    for (const pull of openPullRequests(github)) await followBranch(github, pull, { repository, branch, change, by });
  }
}

/** @returns what is different between two looks at a repository's refs */
export function compareRefs(before: { name: string; sha: string }[], after: { name: string; sha: string }[]): RefChange[] {
  const old = new Map(before.map((ref) => [ref.name, ref.sha]));
  const fresh = new Map(after.map((ref) => [ref.name, ref.sha]));
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((name) => old.get(name) !== fresh.get(name))
    .map((name) => ({ name, before: old.get(name), after: fresh.get(name) }));
}

interface BranchMove {
  repository: Repository;
  branch: string;
  change: RefChange;
  by: Account;
}

async function followBranch(github: Emulator, pull: PullRequest, move: BranchMove): Promise<void> {
  const { repository, branch, change, by } = move;
  if (pull.merged) return;
  if (pull.head.repository === repository && pull.head.branch === branch) {
    if (change.after === undefined) await closePullRequest(github, pull, by);
    else if (change.after !== pull.head.sha) await synchronizePullRequest(github, pull, { to: change.after, by });
  } else if (pull.base.repository === repository && pull.base.branch === branch && change.after !== undefined) {
    // A pull request whose commits have reached its base in another way counts as merged.
    if (!(await isAncestor(repository.gitDir, pull.head.sha, change.after))) return;
    pull.merged = { at: github.now(), by, commitSha: change.after };
    await closePullRequest(github, pull, by);
  }
}

function openPullRequests(github: Emulator): PullRequest[] {
  return [...github.state.repositories.values()].flatMap((repository) =>
    [...repository.issues.values()].flatMap((issue) => (issue.state === "open" && issue.pullRequest ? [issue.pullRequest] : [])),
  );
}

const NOTHING = "0".repeat(40);

async function emitPush(github: Emulator, repository: Repository, push: { change: RefChange; by: Account }): Promise<void> {
  const { change, by } = push;
  const { before, after } = change;
  const headSha = after === undefined ? undefined : await findCommit(repository.gitDir, after);
  const commits = after === undefined ? [] : await presentCommits(github, repository, { ...change, after });
  const range = before === undefined ? (after ?? "") : `${before.slice(0, 12)}...${(after ?? NOTHING).slice(0, 12)}`;
  github.emit({
    event: "push",
    repository,
    sender: by,
    fields: {
      ref: change.name,
      before: before ?? NOTHING,
      after: after ?? NOTHING,
      created: before === undefined,
      deleted: after === undefined,
      forced: before !== undefined && after !== undefined && !(await isAncestor(repository.gitDir, before, after)),
      base_ref: null,
      compare: `${repositoryPage(github, repository)}/compare/${range}`,
      commits,
      head_commit: headSha === undefined ? null : await presentPushedCommit(github, repository, headSha),
      pusher: { name: by.login, email: by.email },
    },
  });
}

/** GitHub lists so many commits of one push. */
const COMMITS_LIMIT = 2_048;

async function presentCommits(github: Emulator, repository: Repository, change: RefChange & { after: string }) {
  const known = change.before === undefined ? await otherBranchHeads(repository, change.name) : [change.before];
  const shas = await listCommits(repository.gitDir, [change.after, ...known.map((sha) => `^${sha}`)], { reverse: true });
  return Promise.all(shas.slice(-COMMITS_LIMIT).map((sha) => presentPushedCommit(github, repository, sha)));
}

async function otherBranchHeads(repository: Repository, name: string): Promise<string[]> {
  const refs = await listRefs(repository.gitDir, "refs/heads/");
  return refs.filter((ref) => ref.name !== name).map((ref) => ref.sha);
}
