import type { z } from "zod";
import type { Emulator } from "../emulator.ts";
import type { Account, Role } from "../state/accounts.ts";
import type { App, InstallationToken, PermissionLevel } from "../state/apps.ts";
import type { Repository } from "../state/repository.ts";

/** Who is asking. */
export type Actor =
  | { kind: "anonymous" }
  | { kind: "user"; account: Account }
  | { kind: "app"; app: App }
  | { kind: "installation"; token: InstallationToken };

/** A request on its way through an endpoint. */
export interface Call {
  github: Emulator;
  actor: Actor;
  param: (name: string) => string;
  query: (name: string) => string | undefined;
  accept: string;
  /** @throws {ApiError} 422 when the body does not fit */
  body: <T>(schema: z.ZodType<T>) => T;
  /** One page of a list by `per_page` and `page`; also writes the `link` header. */
  page: <T>(items: readonly T[]) => T[];
  /** The account that what is done is put down to. @throws {ApiError} 401 for nobody */
  sender: () => Account;
  /** The App that acts, if one does. */
  viaApp: () => App | undefined;
}

export interface RepositoryCall extends Call {
  repository: Repository;
}

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Permissions that are all needed; an endpoint may accept one of several such sets. */
export type NeededPermissions = Readonly<Record<string, PermissionLevel>>;

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

interface Operation {
  method: Method;
  /** As GitHub's description writes it: `/repos/{owner}/{repo}`. */
  path: string;
}

/** An operation on one repository, which is found and guarded before it is handled. */
export interface RepositoryEndpoint extends Operation {
  access: "repository";
  /** What an installation needs: one of these sets. */
  permissions: readonly NeededPermissions[];
  /** What a user needs. */
  role: Role;
  handle: (call: RepositoryCall) => Promise<Reply> | Reply;
}

/** An operation for whoever is signed in; an installation needs one of the sets of permissions. */
export interface AccountEndpoint extends Operation {
  access: "account";
  permissions: readonly NeededPermissions[];
  handle: (call: Call) => Promise<Reply> | Reply;
}

/** An operation for anyone, for users only, or for an App by its own JWT. */
export interface PlainEndpoint extends Operation {
  access: "anyone" | "app" | "user";
  handle: (call: Call) => Promise<Reply> | Reply;
}

/** How one operation of GitHub's API is served. */
export type Endpoint = RepositoryEndpoint | AccountEndpoint | PlainEndpoint;

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const noContent = (): Reply => ({ status: 204 });
