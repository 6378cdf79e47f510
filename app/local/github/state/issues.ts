import type { Account } from "./accounts.ts";
import type { App } from "./apps.ts";
import type { Repository } from "./repository.ts";

export const REACTIONS = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"] as const;
export type ReactionContent = (typeof REACTIONS)[number];

export interface Reaction {
  id: number;
  author: Account;
  content: ReactionContent;
  createdAt: Date;
}

export interface Label {
  id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface IssueComment {
  id: number;
  issue: Issue;
  author: Account;
  /** The App that wrote it, if one did. */
  viaApp: App | undefined;
  body: string;
  reactions: Reaction[];
  createdAt: Date;
  updatedAt: Date;
}

/** On GitHub a pull request is an issue with a branch. */
export interface Issue {
  id: number;
  number: number;
  title: string;
  body: string | null;
  author: Account;
  viaApp: App | undefined;
  state: "open" | "closed";
  labels: Label[];
  comments: IssueComment[];
  reactions: Reaction[];
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
  closedBy: Account | null;
  pullRequest: PullRequest | undefined;
}

export interface Review {
  id: number;
  author: Account;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";
  body: string;
  commitSha: string;
  submittedAt: Date;
}

/** What GitHub's test merge found. It is true for these two commits only, so another pair makes it unknown again. */
export interface TestMerge {
  baseSha: string;
  headSha: string;
  /** undefined when the two conflict. */
  mergeCommitSha: string | undefined;
}

export interface PullRequest {
  id: number;
  issue: Issue;
  base: { repository: Repository; branch: string; sha: string };
  /** A fork's owner may delete it; the pull request stays. */
  head: { repository: Repository; branch: string; sha: string };
  isDraft: boolean;
  merged: { at: Date; by: Account; commitSha: string } | undefined;
  testMerge: TestMerge | undefined;
  reviews: Review[];
}
