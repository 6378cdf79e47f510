import type { Emulator } from "../emulator.ts";
import { findCommit } from "../git/refs.ts";
import { ApiError, notFound, unprocessable } from "../http/api-error.ts";
import type { RepositoryCall } from "../http/endpoint.ts";
import type { Account, Organization } from "../state/accounts.ts";
import type { Issue, PullRequest } from "../state/issues.ts";
import { findAccount } from "../state/state.ts";

/** @returns the entry whose id stands in the path. @throws {ApiError} 404 */
export function findById<T>(entries: ReadonlyMap<number, T>, id: string): T {
  const entry = entries.get(Number(id));
  if (entry === undefined) throw notFound();
  return entry;
}

export const findIssue = (call: RepositoryCall): Issue => findById(call.repository.issues, call.param("issue_number"));

export function findPullRequest(call: RepositoryCall): PullRequest {
  const { pullRequest } = findById(call.repository.issues, call.param("pull_number"));
  if (!pullRequest) throw notFound();
  return pullRequest;
}

/** @throws {ApiError} 422 when the repository has no such commit, branch or tag */
export async function findRefOrRefuse(call: RepositoryCall, ref: string): Promise<string> {
  const sha = await findCommit(call.repository.gitDir, ref);
  if (sha === undefined) throw unprocessable(`No commit found for SHA: ${ref}`);
  return sha;
}

export function findOrganization(github: Emulator, login: string): Organization {
  const organization = github.state.organizations.get(findAccount(github.state, login)?.id ?? -1);
  if (!organization) throw notFound();
  return organization;
}

export function findUser(github: Emulator, login: string): Account {
  const account = findAccount(github.state, login);
  if (!account || account.kind === "Organization") throw notFound();
  return account;
}

/** An empty repository has no commits to speak of. */
export const emptyRepository = (): ApiError => new ApiError(409, "Git Repository is empty.");
