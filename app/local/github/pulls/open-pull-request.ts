import type { Emulator } from "../emulator.ts";
import { listCommits } from "../git/commits.ts";
import { findMergeBase } from "../git/merge.ts";
import { findBranchHead } from "../git/refs.ts";
import { invalid } from "../http/api-error.ts";
import { openIssue } from "../issues/open-issue.ts";
import type { Account } from "../state/accounts.ts";
import type { App } from "../state/apps.ts";
import type { PullRequest } from "../state/issues.ts";
import type { Repository } from "../state/repository.ts";
import { emitPullRequest, keepHead } from "./change-pull-request.ts";

export interface NewPullRequest {
  title: string;
  body: string | null;
  base: { repository: Repository; branch: string };
  head: { repository: Repository; branch: string };
  isDraft: boolean;
  author: Account;
  viaApp: App | undefined;
}

/**
 * Opens a pull request from one branch to another, also across a fork.
 * @throws {ApiError} 422 when a branch is missing, there is nothing to merge, or one is open already
 */
export async function openPullRequest(github: Emulator, wanted: NewPullRequest): Promise<PullRequest> {
  return wanted.base.repository.exclusive(async () => {
    const { repository } = wanted.base;
    const baseSha = await findBranchHead(repository.gitDir, wanted.base.branch);
    const headSha = await findBranchHead(wanted.head.repository.gitDir, wanted.head.branch);
    if (baseSha === undefined) throw invalid({ resource: "PullRequest", field: "base", code: "invalid" });
    if (headSha === undefined) throw invalid({ resource: "PullRequest", field: "head", code: "invalid" });
    refuseSecond(wanted);
    const issue = openIssue(github, repository, wanted);
    const pull: PullRequest = {
      id: github.state.nextId(),
      issue,
      base: { ...wanted.base, sha: baseSha },
      head: { ...wanted.head, sha: headSha },
      isDraft: wanted.isDraft,
      merged: undefined,
      testMerge: undefined,
      reviews: [],
    };
    await keepHead(pull);
    try {
      await refuseEmpty(pull);
    } catch (error) {
      repository.issues.delete(issue.number);
      throw error;
    }
    issue.pullRequest = pull;
    await emitPullRequest(github, pull, { action: "opened", sender: wanted.author });
    return pull;
  });
}

function refuseSecond({ base, head }: NewPullRequest): void {
  const isSame = (pull: PullRequest) =>
    pull.issue.state === "open" &&
    pull.base.branch === base.branch &&
    pull.head.branch === head.branch &&
    pull.head.repository === head.repository;
  if (![...base.repository.issues.values()].some(({ pullRequest }) => pullRequest && isSame(pullRequest))) return;
  const message = `A pull request already exists for ${head.repository.owner.login}:${head.branch}.`;
  throw invalid({ resource: "PullRequest", field: "base", code: "custom", message });
}

async function refuseEmpty(pull: PullRequest): Promise<void> {
  const { gitDir } = pull.base.repository;
  const custom = (message: string) => invalid({ resource: "PullRequest", field: "base", code: "custom", message });
  const names = `${pull.base.branch} and ${pull.head.branch}`;
  if ((await findMergeBase(gitDir, pull.base.sha, pull.head.sha)) === undefined) {
    throw custom(`The ${pull.head.branch} branch has no history in common with ${pull.base.branch}`);
  }
  if ((await listCommits(gitDir, [`^${pull.base.sha}`, pull.head.sha])).length === 0) throw custom(`No commits between ${names}`);
}
