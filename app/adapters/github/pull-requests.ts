import type { GitHubConnection } from "./connect-github.ts";
import { callGitHub } from "./github-error.ts";
import { splitRepository } from "./split-repository.ts";

export interface PullRequestNow {
  number: number;
  title: string;
  headSha: string;
  baseBranch: string;
  isOpen: boolean;
  /** Its commits come from another repository: whoever pushed them may be anybody. */
  isFork: boolean;
}

export interface PullRequests {
  /** The pull request as GitHub has it now, which may be newer than the delivery that spoke of it. */
  fetchPullRequest(source: { repository: string; installationId: number }, number: number): Promise<PullRequestNow>;
  /** Numbers of the merged pull requests that brought a commit to the default branch. */
  fetchMergedPullRequestsOf(
    source: { repository: string; installationId: number; defaultBranch: string },
    sha: string,
  ): Promise<number[]>;
}

export function createPullRequests(connection: GitHubConnection): PullRequests {
  return {
    fetchPullRequest: (source, number) =>
      callGitHub(`read pull request ${number}`, async () => {
        const octokit = await connection.asInstallation(source.installationId);
        const { data } = await octokit.rest.pulls.get({ ...splitRepository(source.repository), pull_number: number });
        return {
          number,
          title: data.title,
          headSha: data.head.sha,
          baseBranch: data.base.ref,
          isOpen: data.state === "open",
          // The fork may be gone already; its commits are no less foreign for that.
          isFork: data.head.repo?.id !== data.base.repo.id,
        };
      }),

    fetchMergedPullRequestsOf: (source, sha) =>
      callGitHub(`find the pull request of ${sha.slice(0, 7)}`, async () => {
        const octokit = await connection.asInstallation(source.installationId);
        const { data } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
          ...splitRepository(source.repository),
          commit_sha: sha,
        });
        return data
          .filter((pull) => pull.merged_at !== null && pull.base.ref === source.defaultBranch)
          .map((pull) => pull.number);
      }),
  };
}
