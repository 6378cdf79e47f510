/** Whoever can do something on GitHub. A Bot is how an App appears: `<slug>[bot]`. */
export interface Account {
  id: number;
  login: string;
  kind: "User" | "Organization" | "Bot";
  name: string | null;
  email: string;
  createdAt: Date;
}

/** From the least to the most; GitHub's REST API calls `pull` also `read` and `push` also `write`. */
export const ROLES = ["pull", "triage", "push", "maintain", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const isRoleAtLeast = (role: Role | undefined, needed: Role): boolean =>
  role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed);

export interface Team {
  id: number;
  organization: Account;
  slug: string;
  name: string;
  description: string | null;
  members: Map<number, "member" | "maintainer">;
  repositoryRoles: Map<number, Role>;
  createdAt: Date;
}

export interface Organization {
  account: Account;
  members: Map<number, "admin" | "member">;
}
