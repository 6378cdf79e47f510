import type { GitHubConnection } from "./connect-github.ts";
import { callGitHub } from "./github-error.ts";
import { splitRepository } from "./split-repository.ts";

/** What a delivery would say of a repository, for work that none began. */
export interface FoundSource {
  repository: string;
  installationId: number;
  defaultBranch: string;
}

/** @returns undefined where the App is not installed */
export async function findSource(connection: GitHubConnection, repository: string): Promise<FoundSource | undefined> {
  return callGitHub(`find its installation on ${repository}`, async () => {
    const app = await connection.asApp();
    const installationId = await app.rest.apps.getRepoInstallation(splitRepository(repository)).then(
      ({ data }) => data.id,
      (error: { status?: number }) => {
        if (error.status === 404) return undefined;
        throw error;
      },
    );
    if (installationId === undefined) return undefined;
    const octokit = await connection.asInstallation(installationId);
    const { data } = await octokit.rest.repos.get(splitRepository(repository));
    return { repository: data.full_name, installationId, defaultBranch: data.default_branch };
  });
}
