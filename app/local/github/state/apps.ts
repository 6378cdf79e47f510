import type { Account } from "./accounts.ts";

export type PermissionLevel = "read" | "write" | "admin";
export type Permissions = Readonly<Record<string, PermissionLevel>>;

export interface App {
  id: number;
  clientId: string;
  slug: string;
  name: string;
  owner: Account;
  /** How the App appears as an author. */
  bot: Account;
  publicKeyPem: string;
  permissions: Permissions;
  events: string[];
  webhook: { id: number; url: string | undefined; secret: string | undefined };
  createdAt: Date;
}

export interface Installation {
  id: number;
  app: App;
  account: Account;
  permissions: Permissions;
  events: string[];
  /** `all` also means the repositories that are made later. */
  repositoryIds: "all" | Set<number>;
  createdAt: Date;
}

export interface InstallationToken {
  installation: Installation;
  permissions: Permissions;
  /** A token can be narrowed to some of the installation's repositories. */
  repositoryIds: "all" | Set<number>;
  expiresAt: Date;
}

const LEVELS: readonly PermissionLevel[] = ["read", "write", "admin"];

export function grants(permissions: Permissions, name: string, level: PermissionLevel): boolean {
  const held = permissions[name];
  return held !== undefined && LEVELS.indexOf(held) >= LEVELS.indexOf(level);
}
