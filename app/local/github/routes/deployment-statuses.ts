import { z } from "zod";
import { created, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentDeployment, presentDeploymentStatus } from "../present/deployment.ts";
import { DEPLOYMENT_STATES, type GitHubDeployment, type GitHubDeploymentStatus } from "../state/checks.ts";
import { findDeployment } from "./deployments.ts";
import { findById } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ deployments: "read" }] } as const;
const PATH = "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses";

export const deploymentStatusRoutes: RepositoryEndpoint[] = [
  {
    method: "GET",
    path: PATH,
    ...read,
    handle: (call) => {
      const deployment = findDeployment(call);
      const newestFirst = [...deployment.statuses].reverse();
      return ok(call.page(newestFirst).map((status) => present(call, deployment, status)));
    },
  },
  {
    method: "POST",
    path: PATH,
    access: "repository",
    role: "push",
    permissions: [{ deployments: "write" }],
    handle: create,
  },
  {
    method: "GET",
    path: `${PATH}/{status_id}`,
    ...read,
    handle: (call) => {
      const deployment = findDeployment(call);
      const statuses = new Map(deployment.statuses.map((status) => [status.id, status]));
      return ok(present(call, deployment, findById(statuses, call.param("status_id"))));
    },
  },
];

const newStatus = z.object({
  state: z.enum(DEPLOYMENT_STATES),
  description: z.string().max(140).default(""),
  environment: z.string().optional(),
  environment_url: z.string().default(""),
  log_url: z.string().optional(),
  target_url: z.string().default(""),
  auto_inactive: z.boolean().default(true),
});

function create(call: RepositoryCall) {
  const deployment = findDeployment(call);
  const wanted = call.body(newStatus);
  if (wanted.environment !== undefined) deployment.environment = wanted.environment;
  const status = add(call, deployment, {
    state: wanted.state,
    description: wanted.description,
    environmentUrl: wanted.environment_url,
    logUrl: wanted.log_url ?? wanted.target_url,
  });
  if (wanted.state === "success" && wanted.auto_inactive) retireOlder(call, deployment);
  return created(present(call, deployment, status));
}

/** A success makes the earlier successful deployments of the same environment inactive, unless they are transient or production. */
function retireOlder(call: RepositoryCall, deployment: GitHubDeployment): void {
  for (const older of call.repository.deployments.values()) {
    const isMeant =
      older.id < deployment.id &&
      older.environment === deployment.environment &&
      !older.isTransient &&
      !older.isProduction &&
      older.statuses.at(-1)?.state === "success";
    if (isMeant) add(call, older, { state: "inactive", description: "", environmentUrl: "", logUrl: "" });
  }
}

function add(
  call: RepositoryCall,
  deployment: GitHubDeployment,
  what: Pick<GitHubDeploymentStatus, "state" | "description" | "environmentUrl" | "logUrl">,
): GitHubDeploymentStatus {
  const { github, repository } = call;
  const status: GitHubDeploymentStatus = {
    id: github.state.nextId(),
    ...what,
    creator: call.sender(),
    viaApp: call.viaApp(),
    environment: deployment.environment,
    createdAt: github.now(),
  };
  deployment.statuses.push(status);
  deployment.updatedAt = github.now();
  github.emit({
    event: "deployment_status",
    action: "created",
    repository,
    sender: call.sender(),
    fields: {
      deployment_status: present(call, deployment, status),
      deployment: presentDeployment(github, repository, deployment),
      check_run: null,
      workflow: null,
      workflow_run: null,
    },
  });
  return status;
}

const present = (call: RepositoryCall, deployment: GitHubDeployment, status: GitHubDeploymentStatus) =>
  presentDeploymentStatus(call.github, call.repository, { deployment, status });
