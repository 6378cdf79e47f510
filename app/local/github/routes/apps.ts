import { randomBytes } from "node:crypto";
import { z } from "zod";
import { notFound, unprocessable } from "../http/api-error.ts";
import { type Call, created, type Endpoint, noContent, ok } from "../http/endpoint.ts";
import { presentApp, presentInstallation } from "../present/app.ts";
import { presentRepository, presentRepositoryInFull } from "../present/repository.ts";
import { moment } from "../present/times.ts";
import type { Account } from "../state/accounts.ts";
import { type App, grants, type Installation, type Permissions } from "../state/apps.ts";
import type { Repository } from "../state/repository.ts";
import { covers, findAccount, installationsOn } from "../state/state.ts";
import { findById } from "./find.ts";

const TOKEN_LIFE_MS = 3_600_000;

const tokenRequest = z
  .object({
    repositories: z.array(z.string()).optional(),
    repository_ids: z.array(z.number()).optional(),
    permissions: z.record(z.string(), z.enum(["read", "write", "admin"])).optional(),
  })
  .default({});

export const appRoutes: Endpoint[] = [
  { method: "GET", path: "/app", access: "app", handle: (call) => ok(presentAppInFull(call, appOf(call))) },
  {
    method: "GET",
    path: "/app/installations",
    access: "app",
    handle: (call) => ok(call.page(installationsOf(call)).map((one) => presentInstallation(call.github, one))),
  },
  {
    method: "GET",
    path: "/app/installations/{installation_id}",
    access: "app",
    handle: (call) => ok(presentInstallation(call.github, ownInstallation(call))),
  },
  {
    method: "POST",
    path: "/app/installations/{installation_id}/access_tokens",
    access: "app",
    handle: createInstallationToken,
  },
  ...installationLookups(),
  {
    method: "GET",
    path: "/installation/repositories",
    access: "account",
    permissions: [{ metadata: "read" }],
    handle: listInstallationRepositories,
  },
  {
    method: "DELETE",
    path: "/installation/token",
    access: "account",
    permissions: [],
    handle: (call) => {
      const { actor } = call;
      if (actor.kind !== "installation") throw notFound();
      for (const [text, token] of call.github.state.installationTokens) {
        if (token === actor.token) call.github.state.installationTokens.delete(text);
      }
      return noContent();
    },
  },
];

function createInstallationToken(call: Call) {
  const { github } = call;
  const installation = ownInstallation(call);
  const request = call.body(tokenRequest);
  const permissions = narrowPermissions(installation, request.permissions);
  const repositories = narrowRepositories(call, installation, request);
  const token = `ghs_${randomBytes(18).toString("hex")}`;
  const expiresAt = new Date(github.now().getTime() + TOKEN_LIFE_MS);
  const repositoryIds = repositories ? new Set(repositories.map((repository) => repository.id)) : "all";
  github.state.installationTokens.set(token, { installation, permissions, repositoryIds, expiresAt });
  return created({
    token,
    expires_at: moment(expiresAt),
    permissions,
    repository_selection: repositories || installation.repositoryIds !== "all" ? "selected" : "all",
    ...(repositories ? { repositories: repositories.map((one) => presentRepository(github, one)) } : {}),
  });
}

function narrowPermissions(installation: Installation, wanted: Permissions | undefined): Permissions {
  if (!wanted) return installation.permissions;
  for (const [name, level] of Object.entries(wanted)) {
    if (!grants(installation.permissions, name, level)) {
      throw unprocessable("The permissions requested are not granted to this installation.");
    }
  }
  return { metadata: "read", ...wanted };
}

function narrowRepositories(
  call: Call,
  installation: Installation,
  wanted: { repositories?: string[] | undefined; repository_ids?: number[] | undefined },
): Repository[] | undefined {
  if (!wanted.repositories && !wanted.repository_ids) return undefined;
  const covered = coveredBy(call, installation);
  const found = [
    ...(wanted.repositories ?? []).map((name) => covered.find((one) => one.name.toLowerCase() === name.toLowerCase())),
    ...(wanted.repository_ids ?? []).map((id) => covered.find((one) => one.id === id)),
  ];
  return found.map((repository) => {
    if (repository) return repository;
    throw unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.");
  });
}

function listInstallationRepositories(call: Call) {
  const { actor } = call;
  if (actor.kind !== "installation") throw notFound();
  const { installation, repositoryIds } = actor.token;
  const repositories = coveredBy(call, installation).filter((one) => repositoryIds === "all" || repositoryIds.has(one.id));
  return ok({
    total_count: repositories.length,
    repository_selection: repositoryIds === "all" && installation.repositoryIds === "all" ? "all" : "selected",
    repositories: call.page(repositories).map((one) => presentRepositoryInFull(call.github, one, undefined)),
  });
}

/** An App asks where it is installed. */
function installationLookups(): Endpoint[] {
  const onRepository = (call: Call) => {
    const name = `${call.param("owner")}/${call.param("repo")}`.toLowerCase();
    const repository = [...call.github.state.repositories.values()].find(
      (one) => `${one.owner.login}/${one.name}`.toLowerCase() === name,
    );
    return repository && installationsOn(call.github.state, repository).find((one) => one.app === appOf(call));
  };
  const onAccount = (call: Call, login: string, isMeant: (account: Account) => boolean) => {
    const account = findAccount(call.github.state, login);
    return installationsOf(call).find((one) => one.account === account && isMeant(one.account));
  };
  const lookup = (path: string, find: (call: Call) => Installation | undefined): Endpoint => ({
    method: "GET",
    path,
    access: "app",
    handle: (call) => {
      const installation = find(call);
      if (!installation) throw notFound();
      return ok(presentInstallation(call.github, installation));
    },
  });
  return [
    lookup("/repos/{owner}/{repo}/installation", onRepository),
    lookup("/orgs/{org}/installation", (call) => onAccount(call, call.param("org"), ({ kind }) => kind === "Organization")),
    lookup("/users/{username}/installation", (call) => onAccount(call, call.param("username"), ({ kind }) => kind === "User")),
  ];
}

/** The operation let in nobody but an App. */
export function appOf(call: Call): App {
  if (call.actor.kind !== "app") throw notFound();
  return call.actor.app;
}

const installationsOf = (call: Call) =>
  [...call.github.state.installations.values()].filter((installation) => installation.app === appOf(call));

function ownInstallation(call: Call): Installation {
  const installation = findById(call.github.state.installations, call.param("installation_id"));
  if (installation.app !== appOf(call)) throw notFound();
  return installation;
}

const coveredBy = (call: Call, installation: Installation) =>
  [...call.github.state.repositories.values()].filter((repository) => covers(installation, repository));

const presentAppInFull = (call: Call, app: App) => ({
  ...presentApp(call.github, app),
  installations_count: installationsOf(call).length,
});
