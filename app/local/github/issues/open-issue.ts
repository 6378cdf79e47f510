import type { Emulator } from "../emulator.ts";
import type { Account } from "../state/accounts.ts";
import type { App } from "../state/apps.ts";
import type { Issue } from "../state/issues.ts";
import type { Repository } from "../state/repository.ts";

export interface NewIssue {
  title: string;
  body: string | null;
  author: Account;
  viaApp: App | undefined;
}

/** Gives the next number of the repository; pull requests take theirs from the same row. */
export function openIssue(github: Emulator, repository: Repository, wanted: NewIssue): Issue {
  const at = github.now();
  const issue: Issue = {
    id: github.state.nextId(),
    number: Math.max(0, ...repository.issues.keys()) + 1,
    title: wanted.title,
    body: wanted.body,
    author: wanted.author,
    viaApp: wanted.viaApp,
    state: "open",
    labels: [],
    comments: [],
    reactions: [],
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    closedBy: null,
    pullRequest: undefined,
  };
  repository.issues.set(issue.number, issue);
  return issue;
}
