import { z } from "zod";
import { ApiError, invalid } from "../http/api-error.ts";
import {
  type Call,
  created,
  type Endpoint,
  noContent,
  ok,
  type PlainEndpoint,
  type RepositoryCall,
  type RepositoryEndpoint,
} from "../http/endpoint.ts";
import { presentAccount } from "../present/account.ts";
import { presentRepository, presentRepositoryInFull } from "../present/repository.ts";
import { createRepository, forkRepository } from "../repositories/create-repository.ts";
import { type Account, isRoleAtLeast, type Role } from "../state/accounts.ts";
import { findAccount, findRepository, roleOf } from "../state/state.ts";
import { findOrganization, findUser } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ metadata: "read" }] } as const;
const administer = { access: "repository", role: "admin", permissions: [{ administration: "write" }] } as const;

const onRepository: RepositoryEndpoint[] = [
  { method: "GET", path: "/repos/{owner}/{repo}", ...read, handle: (call) => ok(presentFor(call)) },
  { method: "PATCH", path: "/repos/{owner}/{repo}", ...administer, handle: update },
  { method: "POST", path: "/repos/{owner}/{repo}/forks", ...read, handle: fork },
  { method: "GET", path: "/repos/{owner}/{repo}/collaborators", ...read, role: "push", handle: listCollaborators },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/collaborators/{username}",
    ...read,
    role: "push",
    handle: (call) => (roleByName(call) === undefined ? { status: 404 } : noContent()),
  },
  { method: "GET", path: "/repos/{owner}/{repo}/collaborators/{username}/permission", ...read, handle: getPermission },
];

const ofAccounts: PlainEndpoint[] = [
  {
    method: "POST",
    path: "/user/repos",
    access: "user",
    handle: (call) => create(call, call.sender()),
  },
  {
    method: "POST",
    path: "/orgs/{org}/repos",
    access: "user",
    handle: (call) => create(call, findOrganization(call.github, call.param("org")).account),
  },
  { method: "GET", path: "/orgs/{org}/repos", access: "anyone", handle: listOfOrganization },
];

export const repositoryRoutes: Endpoint[] = [...onRepository, ...ofAccounts];

function presentFor(call: RepositoryCall) {
  const { actor, github, repository } = call;
  const role = actor.kind === "user" ? roleOf(github.state, repository, actor.account) : undefined;
  return presentRepositoryInFull(github, repository, role);
}

const repositoryUpdate = z.object({
  description: z.string().nullish(),
  default_branch: z.string().optional(),
  private: z.boolean().optional(),
  delete_branch_on_merge: z.boolean().optional(),
});

function update(call: RepositoryCall) {
  const { repository } = call;
  const wanted = call.body(repositoryUpdate);
  if (wanted.description !== undefined) repository.description = wanted.description;
  if (wanted.default_branch !== undefined) repository.defaultBranch = wanted.default_branch;
  if (wanted.private !== undefined) repository.isPrivate = wanted.private;
  if (wanted.delete_branch_on_merge !== undefined) repository.deleteBranchOnMerge = wanted.delete_branch_on_merge;
  repository.updatedAt = call.github.now();
  return ok(presentFor(call));
}

const newRepository = z.object({
  name: z.string().regex(/^[\w.-]+$/),
  description: z.string().nullish(),
  private: z.boolean().default(false),
});

async function create(call: Call, owner: Account) {
  const wanted = call.body(newRepository);
  const isOwn = owner === call.sender() || call.github.state.organizations.get(owner.id)?.members.has(call.sender().id);
  if (!isOwn) throw new ApiError(403, "You need admin access to the organization before adding a repository to it.");
  if (findRepository(call.github.state, owner.login, wanted.name)) {
    throw invalid({ resource: "Repository", code: "custom", field: "name", message: "name already exists on this account" });
  }
  const repository = await createRepository(call.github, {
    owner,
    name: wanted.name,
    description: wanted.description ?? null,
    isPrivate: wanted.private,
    defaultBranch: "main",
  });
  return created(presentRepositoryInFull(call.github, repository, "admin"));
}

/** GitHub forks in the background; here it is done when the answer comes. */
async function fork(call: RepositoryCall) {
  const { organization } = call.body(z.object({ organization: z.string().optional() }).default({}));
  const owner = organization === undefined ? call.sender() : findOrganization(call.github, organization).account;
  if (owner.kind === "Bot") throw new ApiError(403, "Resource not accessible by integration");
  const existing = findRepository(call.github.state, owner.login, call.repository.name);
  const repository = existing ?? (await forkRepository(call.github, call.repository, owner));
  return { status: 202, body: presentRepositoryInFull(call.github, repository, "admin") };
}

function listOfOrganization(call: Call) {
  const { account } = findOrganization(call.github, call.param("org"));
  const { actor, github } = call;
  const repositories = [...github.state.repositories.values()].filter(
    (one) => one.owner === account && (!one.isPrivate || (actor.kind === "user" && roleOf(github.state, one, actor.account))),
  );
  return ok(call.page(repositories).map((one) => presentRepository(github, one)));
}

const ROLE_NAMES: Record<Role, string> = { pull: "read", triage: "triage", push: "write", maintain: "maintain", admin: "admin" };
/** The older word, which knows four levels only. */
const OLD_NAMES: Record<Role, string> = { pull: "read", triage: "read", push: "write", maintain: "write", admin: "admin" };

function listCollaborators(call: RepositoryCall) {
  const { github, repository } = call;
  const accounts = [...github.state.accounts.values()].filter((account) => account.kind === "User" && hasOwnRole(call, account));
  return ok(
    call.page(accounts).map((account) => {
      const role = roleOf(github.state, repository, account) ?? "pull";
      return { ...presentAccount(github, account), permissions: flags(role), role_name: ROLE_NAMES[role] };
    }),
  );
}

/** That everybody may read a public repository makes nobody a collaborator. */
function hasOwnRole({ github, repository }: RepositoryCall, account: Account): boolean {
  return roleOf(github.state, { ...repository, isPrivate: true }, account) !== undefined;
}

function getPermission(call: RepositoryCall) {
  const user = findUser(call.github, call.param("username"));
  const role = roleOf(call.github.state, call.repository, user);
  return ok({
    permission: role === undefined ? "none" : OLD_NAMES[role],
    user: {
      ...presentAccount(call.github, user),
      permissions: flags(role),
      role_name: role === undefined ? "none" : ROLE_NAMES[role],
    },
    role_name: role === undefined ? "none" : ROLE_NAMES[role],
  });
}

function roleByName(call: RepositoryCall): Role | undefined {
  const account = findAccount(call.github.state, call.param("username"));
  return account && hasOwnRole(call, account) ? roleOf(call.github.state, call.repository, account) : undefined;
}

const flags = (role: Role | undefined) => ({
  pull: role !== undefined,
  triage: isRoleAtLeast(role, "triage"),
  push: isRoleAtLeast(role, "push"),
  maintain: isRoleAtLeast(role, "maintain"),
  admin: isRoleAtLeast(role, "admin"),
});
