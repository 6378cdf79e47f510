import { z } from "zod";
import type { DeployEvent } from "./deploy-event.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/);
const repository = z.object({
  // Logins of managed users have an underscore.
  full_name: z.string().regex(/^[A-Za-z0-9][\w-]*\/[\w.-]+$/),
  default_branch: z.string().min(1),
});
const installation = z.object({ id: z.number().int().positive() });

const pullRequestPayload = z.object({
  action: z.string(),
  number: z.number().int().positive(),
  pull_request: z.object({ head: z.object({ sha }), base: z.object({ ref: z.string().min(1) }) }),
  changes: z.object({ base: z.unknown().optional() }).optional(),
  repository,
  installation,
});

const pushPayload = z.object({ ref: z.string(), after: sha, deleted: z.boolean(), repository, installation });

/**
 * Turns a delivery into what Campanile does about it; the only place that knows the shape of GitHub's payloads.
 * @returns undefined for what concerns nobody here
 * @throws {z.ZodError} when GitHub sent an event we read in a shape we do not know
 */
export function parseEvent(event: string, payload: unknown): DeployEvent | undefined {
  if (event === "pull_request") return parsePullRequest(payload);
  if (event === "push") return parsePush(payload);
  return undefined;
}

function parsePullRequest(payload: unknown): DeployEvent | undefined {
  const { action, number, pull_request: pullRequest, changes, ...rest } = pullRequestPayload.parse(payload);
  const isNewContent =
    action === "opened" ||
    action === "synchronize" ||
    action === "reopened" ||
    (action === "edited" && changes?.base !== undefined);
  if (!isNewContent) return undefined;
  return {
    kind: "pull-request-changed",
    source: sourceOf(rest),
    number,
    headSha: pullRequest.head.sha,
    baseBranch: pullRequest.base.ref,
  };
}

function parsePush(payload: unknown): DeployEvent | undefined {
  const { ref, after, deleted, ...rest } = pushPayload.parse(payload);
  if (deleted || ref !== `refs/heads/${rest.repository.default_branch}`) return undefined;
  return { kind: "default-branch-pushed", source: sourceOf(rest), sha: after };
}

function sourceOf(from: { repository: z.infer<typeof repository>; installation: z.infer<typeof installation> }) {
  return {
    repository: from.repository.full_name,
    installationId: from.installation.id,
    defaultBranch: from.repository.default_branch,
  };
}
