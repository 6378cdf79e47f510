import type { Account, Organization, Role, Team } from "./accounts.ts";
import { ROLES } from "./accounts.ts";
import type { App, Installation, InstallationToken } from "./apps.ts";
import { fullName, type Repository } from "./repository.ts";

/** Everything that GitHub knows besides git. It lives as long as its process. */
export interface State {
  accounts: Map<number, Account>;
  organizations: Map<number, Organization>;
  teams: Map<number, Team>;
  repositories: Map<number, Repository>;
  apps: Map<number, App>;
  installations: Map<number, Installation>;
  installationTokens: Map<string, InstallationToken>;
  userTokens: Map<string, Account>;
  /** Numbers never repeat, whatever they are for, so that one thing's id is never taken for another's. */
  nextId: () => number;
}

export function createState(): State {
  // Beyond 32 bits, as many of GitHub's own ids are, so that a reader who stores them in 32 bits finds out here.
  let last = 5_000_000_000;
  return {
    accounts: new Map(),
    organizations: new Map(),
    teams: new Map(),
    repositories: new Map(),
    apps: new Map(),
    installations: new Map(),
    installationTokens: new Map(),
    userTokens: new Map(),
    nextId: () => ++last,
  };
}

const sameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

export function findAccount(state: State, login: string): Account | undefined {
  return [...state.accounts.values()].find((account) => sameName(account.login, login));
}

export function findAccountByEmail(state: State, email: string): Account | undefined {
  return [...state.accounts.values()].find((account) => sameName(account.email, email));
}

export function findRepository(state: State, owner: string, name: string): Repository | undefined {
  return [...state.repositories.values()].find((repository) => sameName(fullName(repository), `${owner}/${name}`));
}

export function findTeam(state: State, organization: string, slug: string): Team | undefined {
  return [...state.teams.values()].find((team) => sameName(team.organization.login, organization) && sameName(team.slug, slug));
}

/** @returns the strongest role that a user has by ownership, membership, teams, invitation or because all may read it */
export function roleOf(state: State, repository: Repository, account: Account): Role | undefined {
  if (repository.owner.id === account.id) return "admin";
  const roles: (Role | undefined)[] = [repository.isPrivate ? undefined : "pull", repository.collaborators.get(account.id)];
  const membership = state.organizations.get(repository.owner.id)?.members.get(account.id);
  if (membership !== undefined) roles.push(membership === "admin" ? "admin" : "pull");
  for (const team of state.teams.values()) {
    if (team.members.has(account.id)) roles.push(team.repositoryRoles.get(repository.id));
  }
  return [...ROLES].reverse().find((role) => roles.includes(role));
}

export function covers(installation: Installation, repository: Repository): boolean {
  if (installation.account.id !== repository.owner.id) return false;
  return installation.repositoryIds === "all" || installation.repositoryIds.has(repository.id);
}

export function installationsOn(state: State, repository: Repository): Installation[] {
  return [...state.installations.values()].filter((installation) => covers(installation, repository));
}
