import { z } from "zod";
import { DELIVERY_FAULTS } from "../faults/delivery-faults.ts";
import { REQUEST_FAULTS } from "../faults/request-faults.ts";
import { ROLES } from "../state/accounts.ts";

/** Text, bytes, bytes on their way through JSON, or null for a file that goes away. */
const fileContent = z.union([z.string(), z.instanceof(Uint8Array), z.object({ base64: z.string() }), z.null()]);
const files = z.record(z.string(), fileContent);
const role = z.enum(ROLES);
const place = { owner: z.string(), repo: z.string() };

export const newUser = z.object({
  login: z.string(),
  name: z.string().optional(),
  email: z.string().optional(),
  /** A personal access token of their own; one is made up when it is left out. */
  token: z.string().optional(),
});

export const newOrganization = z.object({
  login: z.string(),
  name: z.string().optional(),
  members: z.record(z.string(), z.enum(["admin", "member"])).default({}),
});

export const newTeam = z.object({
  organization: z.string(),
  name: z.string(),
  members: z.record(z.string(), z.enum(["maintainer", "member"])).default({}),
  /** Names of the organisation's repositories. */
  repositories: z.record(z.string(), role).default({}),
});

export const newCollaborator = z.object({ ...place, login: z.string(), role: role.nullable() });

export const newRepository = z.object({
  owner: z.string(),
  name: z.string(),
  description: z.string().nullable().default(null),
  isPrivate: z.boolean().default(false),
  defaultBranch: z.string().default("main"),
  deleteBranchOnMerge: z.boolean().default(false),
  /** The first commit: these files, or all those of a folder on the server's machine. Without either it stays empty. */
  files: files.optional(),
  directory: z.string().optional(),
  message: z.string().default("Start"),
  /** Who makes the first commit; the owner, if that is a person. */
  as: z.string().optional(),
});

export const newApp = z.object({
  appId: z.number().int(),
  slug: z.string(),
  name: z.string().optional(),
  owner: z.string(),
  publicKeyPem: z.string(),
  webhookUrl: z.string().optional(),
  webhookSecret: z.string().optional(),
  permissions: z.record(z.string(), z.enum(["read", "write", "admin"])),
  events: z.array(z.string()),
});

export const newInstallation = z.object({
  appId: z.number().int(),
  account: z.string(),
  /** Names of repositories; all of the account's, also those to come, when left out. */
  repositories: z.array(z.string()).optional(),
});

export const webhookChange = z.object({
  appId: z.number().int(),
  url: z.string().optional(),
  secret: z.string().optional(),
});

export const newCommit = z.object({
  ...place,
  branch: z.string(),
  /** Where a branch that does not exist yet starts; the default branch when left out. */
  from: z.string().optional(),
  message: z.string().default("Change files"),
  files,
  as: z.string().optional(),
});

export const newPullRequest = z.object({
  ...place,
  base: z.string().optional(),
  branch: z.string(),
  title: z.string(),
  body: z.string().nullable().default(null),
  files,
  as: z.string().optional(),
  isDraft: z.boolean().default(false),
  /** Whose fork the branch is in; it is made when it is not there. */
  fromFork: z.string().optional(),
});

export const requestFault = z.object({
  kind: z.enum(REQUEST_FAULTS),
  method: z.string().optional(),
  path: z.string(),
  times: z.number().int().positive().default(1),
  retryAfterSeconds: z.number().default(1),
});

export const deliveryFault = z.object({
  kind: z.enum(DELIVERY_FAULTS),
  event: z.string().optional(),
  action: z.string().optional(),
  appId: z.number().int().optional(),
  times: z.number().int().positive().default(1),
  arrivals: z.number().int().positive().default(2),
  isListed: z.boolean().default(true),
});

export const rateLimitChange = z.object({
  /** A token of the caller whose window is set. */
  token: z.string(),
  remaining: z.number().int().nonnegative(),
  resetInSeconds: z.number().positive().optional(),
});

export const journalQuery = z.object({
  /** Only what came after this entry. */
  after: z.number().int().nonnegative().default(0),
  kind: z.enum(["event", "request", "delivery"]).optional(),
  name: z.string().optional(),
  /** How long to wait when nothing is there yet. */
  waitSeconds: z.number().nonnegative().max(60).default(0),
});

export const appQuery = z.object({ appId: z.number().int() });
