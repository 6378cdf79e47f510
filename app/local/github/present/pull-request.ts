import type { Emulator } from "../emulator.ts";
import { listCommits } from "../git/commits.ts";
import { diffCommits } from "../git/diff.ts";
import { findMergeBase } from "../git/merge.ts";
import { judgeMergeability } from "../pulls/mergeability.ts";
import type { PullRequest, Review } from "../state/issues.ts";
import type { Repository } from "../state/repository.ts";
import { presentAccount } from "./account.ts";
import { associationOf, issuePage, presentLabel } from "./issue.ts";
import { presentRepository, repositoryUrl } from "./repository.ts";
import { moment, momentOrNull, nodeId } from "./times.ts";

/** GitHub's `pull-request-simple`: as it stands in lists. */
export function presentPullRequestSimple(github: Emulator, pull: PullRequest) {
  const { issue } = pull;
  const { repository } = pull.base;
  const links = presentLinks(github, pull);
  const page = issuePage(github, repository, issue);
  return {
    url: links.self.href,
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: links.issue.href,
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: presentAccount(github, issue.author),
    body: issue.body,
    created_at: moment(issue.createdAt),
    updated_at: moment(issue.updatedAt),
    closed_at: momentOrNull(issue.closedAt),
    merged_at: momentOrNull(pull.merged?.at),
    merge_commit_sha: pull.merged?.commitSha ?? pull.testMerge?.mergeCommitSha ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: issue.labels.map((label) => presentLabel(github, repository, label)),
    milestone: null,
    draft: pull.isDraft,
    commits_url: links.commits.href,
    review_comments_url: links.review_comments.href,
    review_comment_url: links.review_comment.href,
    comments_url: links.comments.href,
    statuses_url: links.statuses.href,
    head: presentSide(github, pull.head),
    base: presentSide(github, pull.base),
    _links: links,
    author_association: associationOf(repository, issue.author),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** GitHub's `pull-request`: with what it takes git to say. */
export async function presentPullRequest(github: Emulator, pull: PullRequest) {
  const { gitDir } = pull.base.repository;
  const baseSha = pull.base.sha;
  const [shas, mergeBase] = await Promise.all([
    listCommits(gitDir, [`^${baseSha}`, pull.head.sha]),
    findMergeBase(gitDir, baseSha, pull.head.sha),
  ]);
  const files = await diffCommits(gitDir, mergeBase, pull.head.sha);
  const mergeability = await judgeMergeability(github, pull);
  return {
    ...presentPullRequestSimple(github, pull),
    merged: pull.merged !== undefined,
    mergeable: mergeability.isMergeable,
    rebaseable: mergeability.isMergeable,
    mergeable_state: mergeability.state,
    merged_by: pull.merged ? presentAccount(github, pull.merged.by) : null,
    comments: pull.issue.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: shas.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

/** What check runs say of the pull requests that they belong to. */
export function presentMinimalPullRequest(github: Emulator, pull: PullRequest) {
  const side = ({ repository, branch, sha }: PullRequest["head"]) => ({
    ref: branch,
    sha,
    repo: { id: repository.id, url: repositoryUrl(github, repository), name: repository.name },
  });
  return {
    url: `${repositoryUrl(github, pull.base.repository)}/pulls/${pull.issue.number}`,
    id: pull.id,
    number: pull.issue.number,
    head: side(pull.head),
    base: side(pull.base),
  };
}

export function presentReview(github: Emulator, pull: PullRequest, review: Review) {
  const { repository } = pull.base;
  const html = `${issuePage(github, repository, pull.issue)}#pullrequestreview-${review.id}`;
  const url = `${repositoryUrl(github, repository)}/pulls/${pull.issue.number}`;
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: presentAccount(github, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: url,
    author_association: associationOf(repository, review.author),
    _links: { html: { href: html }, pull_request: { href: url } },
    submitted_at: moment(review.submittedAt),
    commit_id: review.commitSha,
  };
}

/** Check runs name only pull requests from branches of the repository itself, never those from forks. */
export function pullRequestsOfHead(repository: Repository, headSha: string): PullRequest[] {
  return [...repository.issues.values()].flatMap(({ state, pullRequest }) =>
    pullRequest && state === "open" && pullRequest.head.sha === headSha && pullRequest.head.repository === repository
      ? pullRequest
      : [],
  );
}

function presentSide(github: Emulator, { repository, branch, sha }: PullRequest["head"]) {
  return {
    label: `${repository.owner.login}:${branch}`,
    ref: branch,
    sha,
    user: presentAccount(github, repository.owner),
    repo: presentRepository(github, repository),
  };
}

function presentLinks(github: Emulator, pull: PullRequest) {
  const api = repositoryUrl(github, pull.base.repository);
  const url = `${api}/pulls/${pull.issue.number}`;
  const issueUrl = `${api}/issues/${pull.issue.number}`;
  return {
    self: { href: url },
    html: { href: issuePage(github, pull.base.repository, pull.issue) },
    issue: { href: issueUrl },
    comments: { href: `${issueUrl}/comments` },
    review_comments: { href: `${url}/comments` },
    review_comment: { href: `${api}/pulls/comments{/number}` },
    commits: { href: `${url}/commits` },
    statuses: { href: `${api}/statuses/${pull.head.sha}` },
  };
}
