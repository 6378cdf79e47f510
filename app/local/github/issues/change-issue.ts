import type { Emulator } from "../emulator.ts";
import { presentIssue } from "../present/issue.ts";
import { closePullRequest, reopenPullRequest } from "../pulls/change-pull-request.ts";
import type { Account } from "../state/accounts.ts";
import type { Issue } from "../state/issues.ts";
import type { Repository } from "../state/repository.ts";

/** One issue of one repository, and who does something to it. */
export interface IssueChange {
  repository: Repository;
  issue: Issue;
  by: Account;
}

/** Tells of something that happened to an issue. */
export function emitIssue(github: Emulator, { repository, issue, by }: IssueChange, action: string, more: object = {}): void {
  github.emit({
    event: "issues",
    action,
    repository,
    sender: by,
    fields: { issue: presentIssue(github, repository, issue), ...more },
  });
}

/** Another title or text, told with what was before. */
export function editIssue(github: Emulator, change: IssueChange, wanted: { title: string; body: string | null }): void {
  const { issue } = change;
  const { title, body } = issue;
  const changes = {
    ...(title === wanted.title ? {} : { title: { from: title } }),
    ...(body === wanted.body ? {} : { body: { from: body ?? "" } }),
  };
  if (Object.keys(changes).length === 0) return;
  Object.assign(issue, wanted, { updatedAt: github.now() });
  emitIssue(github, change, "edited", { changes });
}

/** A pull request is closed and opened as one. */
export async function setIssueState(github: Emulator, change: IssueChange, state: Issue["state"]): Promise<void> {
  const { issue, by } = change;
  if (issue.state === state) return;
  if (issue.pullRequest) {
    await (state === "closed" ? closePullRequest : reopenPullRequest)(github, issue.pullRequest, by);
    return;
  }
  const at = github.now();
  Object.assign(issue, {
    state,
    updatedAt: at,
    closedAt: state === "closed" ? at : null,
    closedBy: state === "closed" ? by : null,
  });
  emitIssue(github, change, state === "closed" ? "closed" : "reopened");
}
