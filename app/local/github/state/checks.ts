import type { Account } from "./accounts.ts";
import type { App } from "./apps.ts";

export const CONCLUSIONS = ["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

export interface Annotation {
  path: string;
  start_line: number;
  end_line: number;
  start_column: number | null;
  end_column: number | null;
  annotation_level: "notice" | "warning" | "failure";
  title: string | null;
  message: string;
  raw_details: string | null;
}

export interface CheckRun {
  id: number;
  suite: CheckSuite;
  name: string;
  externalId: string;
  detailsUrl: string | null;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  startedAt: Date;
  completedAt: Date | null;
  output: { title: string | null; summary: string | null; text: string | null };
  annotations: Annotation[];
}

/** All check runs of one App on one commit. */
export interface CheckSuite {
  id: number;
  app: App;
  headSha: string;
  headBranch: string | null;
  before: string | null;
  runs: CheckRun[];
  createdAt: Date;
  updatedAt: Date;
}

export interface CommitStatus {
  id: number;
  sha: string;
  state: "error" | "failure" | "pending" | "success";
  context: string;
  description: string | null;
  targetUrl: string | null;
  creator: Account;
  createdAt: Date;
}

export const DEPLOYMENT_STATES = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"] as const;
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];

export interface GitHubDeployment {
  id: number;
  sha: string;
  ref: string;
  task: string;
  payload: Record<string, unknown> | string;
  environment: string;
  description: string | null;
  creator: Account;
  viaApp: App | undefined;
  isTransient: boolean;
  isProduction: boolean;
  createdAt: Date;
  updatedAt: Date;
  statuses: GitHubDeploymentStatus[];
}

export interface GitHubDeploymentStatus {
  id: number;
  state: DeploymentState;
  creator: Account;
  viaApp: App | undefined;
  description: string;
  environment: string;
  environmentUrl: string;
  logUrl: string;
  createdAt: Date;
}
