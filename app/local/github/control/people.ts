import { randomBytes } from "node:crypto";
import type { Emulator } from "../emulator.ts";
import type { Account, Team } from "../state/accounts.ts";
import { findAccount, findRepository } from "../state/state.ts";
import type * as inputs from "./inputs.ts";

type Parsed<S extends { parse: (input: unknown) => unknown }> = ReturnType<S["parse"]>;

export function createUser(github: Emulator, input: Parsed<typeof inputs.newUser>) {
  const account = addAccount(github, {
    login: input.login,
    kind: "User",
    name: input.name ?? null,
    email: input.email ?? `${input.login}@users.noreply.github.com`,
  });
  const token = input.token ?? `ghp_${randomBytes(18).toString("hex")}`;
  github.state.userTokens.set(token, account);
  return { id: account.id, login: account.login, token };
}

export function createOrganization(github: Emulator, input: Parsed<typeof inputs.newOrganization>) {
  const members = Object.entries(input.members).map(([login, role]) => [accountOf(github, login).id, role] as const);
  const account = addAccount(github, {
    login: input.login,
    kind: "Organization",
    name: input.name ?? input.login,
    email: `${input.login}@users.noreply.github.com`,
  });
  github.state.organizations.set(account.id, { account, members: new Map(members) });
  return { id: account.id, login: account.login };
}

/** Makes a team, or gives the team of that name other members and repositories. */
export function createTeam(github: Emulator, input: Parsed<typeof inputs.newTeam>) {
  const organization = accountOf(github, input.organization);
  const slug = input.name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const known = [...github.state.teams.values()].find((one) => one.organization === organization && one.slug === slug);
  const members = Object.entries(input.members).map(([login, role]) => [accountOf(github, login).id, role] as const);
  const roles = Object.entries(input.repositories).map(
    ([name, role]) => [repositoryOf(github, organization.login, name).id, role] as const,
  );
  const team: Team = {
    id: known?.id ?? github.state.nextId(),
    organization,
    slug,
    name: input.name,
    description: null,
    members: new Map(members),
    repositoryRoles: new Map(roles),
    createdAt: known?.createdAt ?? github.now(),
  };
  github.state.teams.set(team.id, team);
  return { id: team.id, slug };
}

export function setCollaborator(github: Emulator, input: Parsed<typeof inputs.newCollaborator>): void {
  const { collaborators } = repositoryOf(github, input.owner, input.repo);
  const { id } = accountOf(github, input.login);
  if (input.role === null) collaborators.delete(id);
  else collaborators.set(id, input.role);
}

export function addAccount(github: Emulator, account: Omit<Account, "id" | "createdAt">): Account {
  if (findAccount(github.state, account.login)) throw new Error(`there is a ${account.login} already`);
  const added = { id: github.state.nextId(), ...account, createdAt: github.now() };
  github.state.accounts.set(added.id, added);
  return added;
}

export function accountOf(github: Emulator, login: string): Account {
  const account = findAccount(github.state, login);
  if (!account) throw new Error(`nobody is called ${login}: make the user or the organisation first`);
  return account;
}

export function repositoryOf(github: Emulator, owner: string, name: string) {
  const repository = findRepository(github.state, owner, name);
  if (!repository) throw new Error(`there is no repository ${owner}/${name}`);
  return repository;
}
