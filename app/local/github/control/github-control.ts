import type { z } from "zod";
import type { Violation } from "../schema/violation.ts";
import type { JournalEntry } from "../state/journal.ts";
import type * as inputs from "./inputs.ts";

/**
 * What tests and the local world can do to the emulated GitHub besides what GitHub's API offers. The same in its own
 * process and over HTTP (`createControlClient`). Everything that changes something has its effects, webhooks included.
 */
export interface GitHubControl {
  createUser(input: z.input<typeof inputs.newUser>): Promise<{ id: number; login: string; token: string }>;
  createOrganization(input: z.input<typeof inputs.newOrganization>): Promise<{ id: number; login: string }>;
  createTeam(input: z.input<typeof inputs.newTeam>): Promise<{ id: number; slug: string }>;
  setCollaborator(input: z.input<typeof inputs.newCollaborator>): Promise<void>;
  createRepository(input: z.input<typeof inputs.newRepository>): Promise<CreatedRepository>;
  registerApp(input: z.input<typeof inputs.newApp>): Promise<{ appId: number; clientId: string; botLogin: string }>;
  /** Also sends `installation.created`. */
  installApp(input: z.input<typeof inputs.newInstallation>): Promise<{ installationId: number }>;
  setWebhook(input: z.input<typeof inputs.webhookChange>): Promise<void>;
  /** Sends `ping`. */
  pingApp(input: z.input<typeof inputs.appQuery>): Promise<void>;
  /** Commits to a branch, which it starts if need be. */
  commit(input: z.input<typeof inputs.newCommit>): Promise<{ sha: string }>;
  /** Commits to a branch and opens a pull request from it. */
  openPullRequest(input: z.input<typeof inputs.newPullRequest>): Promise<{ number: number; headSha: string; htmlUrl: string }>;
  addRequestFault(input: z.input<typeof inputs.requestFault>): Promise<void>;
  addDeliveryFault(input: z.input<typeof inputs.deliveryFault>): Promise<void>;
  /** Sends on its way what a `delay` holds back. */
  releaseDeliveries(): Promise<void>;
  clearFaults(): Promise<void>;
  setRateLimit(input: z.input<typeof inputs.rateLimitChange>): Promise<void>;
  /** What has happened so far, oldest first; waits for more if asked to. */
  journal(input: z.input<typeof inputs.journalQuery>): Promise<{ entries: JournalEntry[]; last: number }>;
  /** What was sent and does not fit GitHub's own description. */
  violations(): Promise<Violation[]>;
}

export interface CreatedRepository {
  id: number;
  fullName: string;
  htmlUrl: string;
  cloneUrl: string;
  /** undefined when it is empty. */
  headSha?: string | undefined;
}
