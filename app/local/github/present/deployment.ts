import type { Emulator } from "../emulator.ts";
import type { GitHubDeployment, GitHubDeploymentStatus } from "../state/checks.ts";
import type { Repository } from "../state/repository.ts";
import { presentAccount } from "./account.ts";
import { presentAppOrNull } from "./app.ts";
import { repositoryUrl } from "./repository.ts";
import { moment, nodeId } from "./times.ts";

export function presentDeployment(github: Emulator, repository: Repository, deployment: GitHubDeployment) {
  const url = `${repositoryUrl(github, repository)}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId("Deployment", deployment.id),
    task: deployment.task,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: moment(deployment.createdAt),
    updated_at: moment(deployment.updatedAt),
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(github, repository),
    creator: presentAccount(github, deployment.creator),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.isTransient,
    production_environment: deployment.isProduction,
    performed_via_github_app: presentAppOrNull(github, deployment.viaApp),
  };
}

export function presentDeploymentStatus(
  github: Emulator,
  repository: Repository,
  of: { deployment: GitHubDeployment; status: GitHubDeploymentStatus },
) {
  const { deployment, status } = of;
  const deploymentUrl = `${repositoryUrl(github, repository)}/deployments/${deployment.id}`;
  return {
    url: `${deploymentUrl}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId("DeploymentStatus", status.id),
    state: status.state,
    creator: presentAccount(github, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: moment(status.createdAt),
    updated_at: moment(status.createdAt),
    deployment_url: deploymentUrl,
    repository_url: repositoryUrl(github, repository),
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: presentAppOrNull(github, status.viaApp),
  };
}
