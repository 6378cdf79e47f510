import { z } from "zod";
import type { GitHubConnection, Octokit } from "./connect-github.ts";
import { callGitHub } from "./github-error.ts";
import { splitRepository } from "./split-repository.ts";

export interface DeploymentPlace {
  repository: string;
  installationId: number;
  sha: string;
  /** GitHub's environment; one per release, so that two hubs do not push each other's deployment out. */
  environment: string;
  environmentUrl?: string;
  isProduction: boolean;
  /** Which rollout the deployment belongs to: a second attempt finds it again by it. */
  rolloutId: string;
}

export type DeploymentState = "in_progress" | "success" | "failure" | "inactive";

export interface GitHubDeployments {
  /** One GitHub Deployment per rollout, however often it is asked for. Says nothing new if the last status is the same. */
  ensureDeploymentStatus(place: DeploymentPlace, state: DeploymentState, description: string): Promise<number>;
}

const payloadSchema = z.object({ rollout: z.string() });

export function createGitHubDeployments(connection: GitHubConnection): GitHubDeployments {
  return {
    ensureDeploymentStatus: (place, state, description) =>
      callGitHub(`record the deployment of ${place.environment}`, async () => {
        const octokit = await connection.asInstallation(place.installationId);
        const id = (await find(octokit, place)) ?? (await create(octokit, place));
        const repository = splitRepository(place.repository);
        const { data: statuses } = await octokit.rest.repos.listDeploymentStatuses({
          ...repository,
          deployment_id: id,
          per_page: 1,
        });
        if (statuses[0]?.state === state && statuses[0].description === description) return id;
        await octokit.rest.repos.createDeploymentStatus({
          ...repository,
          deployment_id: id,
          state,
          description,
          ...(place.environmentUrl === undefined ? {} : { environment_url: place.environmentUrl }),
          auto_inactive: state === "success",
        });
        return id;
      }),
  };
}

async function find(octokit: Octokit, place: DeploymentPlace): Promise<number | undefined> {
  const { data } = await octokit.rest.repos.listDeployments({
    ...splitRepository(place.repository),
    sha: place.sha,
    environment: place.environment,
    per_page: 100,
  });
  return data.find((deployment) => payloadSchema.safeParse(parsePayload(deployment.payload)).data?.rollout === place.rolloutId)
    ?.id;
}

/** GitHub gives the payload back as an object or as text, depending on how it was sent. */
function parsePayload(payload: unknown): unknown {
  if (typeof payload !== "string") return payload;
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

async function create(octokit: Octokit, place: DeploymentPlace): Promise<number> {
  const { data } = await octokit.rest.repos.createDeployment({
    ...splitRepository(place.repository),
    ref: place.sha,
    environment: place.environment,
    production_environment: place.isProduction,
    payload: { rollout: place.rolloutId },
    // GitHub's defaults would merge the base branch into the ref, and refuse while any other check is missing.
    auto_merge: false,
    required_contexts: [],
  });
  if (!("id" in data)) throw new Error("GitHub merged a branch instead of creating a deployment");
  return data.id;
}
