import type { Emulator } from "../emulator.ts";
import { isRoleAtLeast, type Role } from "../state/accounts.ts";
import { grants, type InstallationToken } from "../state/apps.ts";
import type { Repository } from "../state/repository.ts";
import { covers, roleOf } from "../state/state.ts";
import { ApiError, notFound, notPermitted } from "./api-error.ts";
import type { Actor, NeededPermissions } from "./endpoint.ts";

/**
 * Lets a request on a repository pass or says no as GitHub does: 404 for what the caller may not even see, else 403.
 * @throws {ApiError} 401, 403, 404
 */
export function authorizeOnRepository(
  github: Emulator,
  actor: Actor,
  repository: Repository,
  needed: { permissions: readonly NeededPermissions[]; role: Role },
): void {
  if (actor.kind === "installation") {
    authorizeInstallation(actor.token, repository, needed.permissions);
    return;
  }
  // An App's own JWT opens the App's operations only.
  if (actor.kind === "app") throw new ApiError(401, "A JSON web token could not be decoded");
  const role =
    actor.kind === "user" ? roleOf(github.state, repository, actor.account) : repository.isPrivate ? undefined : "pull";
  if (role === undefined) throw notFound();
  if (isRoleAtLeast(role, needed.role)) return;
  if (actor.kind === "anonymous") throw new ApiError(401, "Requires authentication");
  throw new ApiError(
    403,
    needed.role === "admin" ? "Must have admin rights to Repository." : "Must have push access to Repository.",
  );
}

function authorizeInstallation(token: InstallationToken, repository: Repository, permissions: readonly NeededPermissions[]) {
  const isCovered = covers(token.installation, repository) && isAmong(token, repository);
  if (!isCovered && repository.isPrivate) throw notFound();
  const isReading = permissions.some((set) => Object.values(set).every((level) => level === "read"));
  if (!isCovered && isReading) return;
  if (!isCovered || !holdsOne(token, permissions)) throw notPermitted();
}

const isAmong = (token: InstallationToken, repository: Repository) =>
  token.repositoryIds === "all" || token.repositoryIds.has(repository.id);

/** @returns whether the token holds all permissions of at least one set; no set at all asks for nothing */
export function holdsOne(token: InstallationToken, permissions: readonly NeededPermissions[]): boolean {
  if (permissions.length === 0) return true;
  return permissions.some((set) => Object.entries(set).every(([name, level]) => grants(token.permissions, name, level)));
}

/** What GitHub says in `x-accepted-github-permissions`: alternatives apart by `;`, what is needed together by `,`. */
export function acceptedPermissions(permissions: readonly NeededPermissions[]): string {
  return permissions
    .map((set) =>
      Object.entries(set)
        .map(([name, level]) => `${name}=${level}`)
        .join(","),
    )
    .join("; ");
}
