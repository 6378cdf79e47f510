import type { Emulator } from "../emulator.ts";
import type { Account } from "../state/accounts.ts";
import { type Issue, type IssueComment, type Label, REACTIONS, type Reaction } from "../state/issues.ts";
import type { Repository } from "../state/repository.ts";
import { presentAccount } from "./account.ts";
import { presentAppOrNull } from "./app.ts";
import { repositoryPage, repositoryUrl } from "./repository.ts";
import { moment, momentOrNull, nodeId } from "./times.ts";

/** GitHub's `issue`; a pull request is one too. */
export function presentIssue(github: Emulator, repository: Repository, issue: Issue) {
  const url = `${repositoryUrl(github, repository)}/issues/${issue.number}`;
  return {
    url,
    repository_url: repositoryUrl(github, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: issuePage(github, repository, issue),
    id: issue.id,
    node_id: nodeId(issue.pullRequest ? "PullRequest" : "Issue", issue.id),
    number: issue.number,
    title: issue.title,
    user: presentAccount(github, issue.author),
    labels: issue.labels.map((label) => presentLabel(github, repository, label)),
    state: issue.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: issue.comments.length,
    created_at: moment(issue.createdAt),
    updated_at: moment(issue.updatedAt),
    closed_at: momentOrNull(issue.closedAt),
    author_association: associationOf(repository, issue.author),
    active_lock_reason: null,
    ...(issue.pullRequest
      ? { draft: issue.pullRequest.isDraft, pull_request: presentPullRequestLinks(github, repository, issue) }
      : {}),
    body: issue.body,
    reactions: presentRollup(`${url}/reactions`, issue.reactions),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: presentAppOrNull(github, issue.viaApp),
    state_reason: issue.state === "closed" && !issue.pullRequest ? "completed" : null,
  };
}

export function presentComment(github: Emulator, repository: Repository, comment: IssueComment) {
  const url = `${repositoryUrl(github, repository)}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${issuePage(github, repository, comment.issue)}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl(github, repository)}/issues/${comment.issue.number}`,
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    user: presentAccount(github, comment.author),
    created_at: moment(comment.createdAt),
    updated_at: moment(comment.updatedAt),
    author_association: associationOf(repository, comment.author),
    body: comment.body,
    reactions: presentRollup(`${url}/reactions`, comment.reactions),
    performed_via_github_app: presentAppOrNull(github, comment.viaApp),
  };
}

export function presentLabel(github: Emulator, repository: Repository, label: Label) {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${repositoryUrl(github, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export function presentReaction(github: Emulator, reaction: Reaction) {
  return {
    id: reaction.id,
    node_id: nodeId("Reaction", reaction.id),
    user: presentAccount(github, reaction.author),
    content: reaction.content,
    created_at: moment(reaction.createdAt),
  };
}

export function issuePage(github: Emulator, repository: Repository, issue: Issue): string {
  return `${repositoryPage(github, repository)}/${issue.pullRequest ? "pull" : "issues"}/${issue.number}`;
}

export function associationOf(repository: Repository, account: Account): string {
  if (repository.owner.id === account.id) return "OWNER";
  return repository.collaborators.has(account.id) ? "COLLABORATOR" : "NONE";
}

function presentPullRequestLinks(github: Emulator, repository: Repository, issue: Issue) {
  const page = issuePage(github, repository, issue);
  return {
    url: `${repositoryUrl(github, repository)}/pulls/${issue.number}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    merged_at: momentOrNull(issue.pullRequest?.merged?.at),
  };
}

function presentRollup(url: string, reactions: readonly Reaction[]) {
  const counts = REACTIONS.map((content) => [content, reactions.filter((one) => one.content === content).length]);
  return { url, total_count: reactions.length, ...Object.fromEntries(counts) };
}
