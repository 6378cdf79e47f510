import type { Emulator } from "../emulator.ts";
import { listCommits, readCommits, writeCommit } from "../git/commits.ts";
import { isAncestor, rebaseCommits } from "../git/merge.ts";
import { deleteRef, updateRef } from "../git/refs.ts";
import { ApiError } from "../http/api-error.ts";
import { noteRefChanges } from "../refs/note-ref-changes.ts";
import type { Account } from "../state/accounts.ts";
import type { PullRequest } from "../state/issues.ts";
import { approvalsOf, rulesOf, verdictOf } from "./branch-rules.ts";
import { closePullRequest } from "./change-pull-request.ts";
import { gitPersonOf, WEB_FLOW } from "./git-person.ts";
import { tryMerge } from "./mergeability.ts";

export interface MergeRequest {
  method: "merge" | "squash" | "rebase";
  title: string | undefined;
  message: string | undefined;
  /** The head that the caller has seen; another one is a conflict. */
  expectedHeadSha: string | undefined;
  by: Account;
}

/**
 * Merges by git, at the base branch's tip of this moment.
 * @returns the commit that the base branch now points at
 * @throws {ApiError} 405 when it may not be merged, 409 when the head is not the expected one
 */
export async function mergePullRequest(github: Emulator, pull: PullRequest, request: MergeRequest): Promise<string> {
  const { repository, branch } = pull.base;
  return repository.exclusive(async () => {
    if (pull.issue.state === "closed") throw new ApiError(405, "Pull Request is not mergeable");
    if (request.expectedHeadSha !== undefined && request.expectedHeadSha !== pull.head.sha) {
      throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
    }
    if (pull.isDraft) throw new ApiError(405, "Pull Request is still a draft");
    await refuseByRules(github, pull);
    const testMerge = await tryMerge(github, pull);
    if (testMerge?.mergeCommitSha === undefined) throw new ApiError(405, "Pull Request is not mergeable");
    const sha = await writeMerge(github, pull, { request, baseSha: testMerge.baseSha, testMergeSha: testMerge.mergeCommitSha });
    if (!(await updateRef(repository.gitDir, `refs/heads/${branch}`, sha, testMerge.baseSha))) {
      throw new ApiError(405, "Base branch was modified. Review and try the merge again.");
    }
    pull.merged = { at: github.now(), by: request.by, commitSha: sha };
    await noteRefChanges(
      github,
      repository,
      [{ name: `refs/heads/${branch}`, before: testMerge.baseSha, after: sha }],
      request.by,
    );
    await closePullRequest(github, pull, request.by);
    if (repository.deleteBranchOnMerge) await deleteHeadBranch(github, pull, request.by);
    return sha;
  });
}

async function deleteHeadBranch(github: Emulator, { base, head }: PullRequest, by: Account): Promise<void> {
  // A fork's branches belong to the fork.
  if (head.repository !== base.repository) return;
  const name = `refs/heads/${head.branch}`;
  await deleteRef(head.repository.gitDir, name);
  await noteRefChanges(github, head.repository, [{ name, before: head.sha, after: undefined }], by);
}

async function refuseByRules(github: Emulator, pull: PullRequest): Promise<void> {
  const { repository, branch } = pull.base;
  const rules = rulesOf(repository, branch);
  for (const check of rules.checks) {
    const verdict = verdictOf(repository, pull.head.sha, check);
    if (verdict !== "passing") throw new ApiError(405, `Required status check "${check.context}" is ${verdict}.`);
  }
  const approvals = approvalsOf(github, pull);
  if (approvals < rules.approvals) {
    const noun = rules.approvals === 1 ? "review is" : "reviews are";
    throw new ApiError(405, `At least ${rules.approvals} approving ${noun} required by reviewers with write access.`);
  }
  if (rules.isStrict && !(await isAncestor(repository.gitDir, `refs/heads/${branch}`, pull.head.sha))) {
    throw new ApiError(405, "Head branch is out of date. Review and try the merge again.");
  }
}

interface MergeWork {
  request: MergeRequest;
  baseSha: string;
  testMergeSha: string;
}

async function writeMerge(github: Emulator, pull: PullRequest, work: MergeWork): Promise<string> {
  const { gitDir } = pull.base.repository;
  const { request, baseSha } = work;
  const now = github.now();
  const committer = { ...WEB_FLOW, atSeconds: Math.floor(now.getTime() / 1000) };
  if (request.method === "rebase") {
    const tip = await rebaseCommits(gitDir, { onto: baseSha, head: pull.head.sha }, gitPersonOf(request.by, now));
    if (tip === undefined) throw new ApiError(405, "This branch can't be rebased");
    return tip;
  }
  const [testMerge] = await readCommits(gitDir, [work.testMergeSha]);
  if (!testMerge) throw new Error(`the test merge ${work.testMergeSha} is gone`);
  const isSquash = request.method === "squash";
  return writeCommit(gitDir, {
    tree: testMerge.tree,
    parents: isSquash ? [baseSha] : [baseSha, pull.head.sha],
    message: await (isSquash ? squashMessage(pull, work) : mergeMessage(pull, request)),
    author: gitPersonOf(isSquash ? pull.issue.author : request.by, now),
    committer,
  });
}

async function mergeMessage(pull: PullRequest, { title, message }: MergeRequest): Promise<string> {
  const { repository, branch } = pull.head;
  const from = `${repository.owner.login}/${branch}`;
  return joined(title ?? `Merge pull request #${pull.issue.number} from ${from}`, message ?? pull.issue.title);
}

/** One commit keeps its own words; several are named by the pull request and listed. */
async function squashMessage(pull: PullRequest, { request, baseSha }: MergeWork): Promise<string> {
  const { gitDir } = pull.base.repository;
  const shas = await listCommits(gitDir, [`^${baseSha}`, pull.head.sha], { reverse: true, noMerges: true });
  const commits = await readCommits(gitDir, shas);
  const only = commits.length === 1 ? commits[0] : undefined;
  const [firstLine = "", ...rest] = only?.message.split("\n") ?? [];
  const title = request.title ?? `${only ? firstLine : pull.issue.title} (#${pull.issue.number})`;
  const list = commits.map((commit) => `* ${commit.message}`).join("\n\n");
  return joined(title, request.message ?? (only ? rest.join("\n").trim() : list));
}

const joined = (title: string, message: string) => `${title}${message === "" ? "" : `\n\n${message}`}\n`;
