import type { GitHubConnection } from "./connect-github.ts";
import { callGitHub } from "./github-error.ts";
import { splitRepository } from "./split-repository.ts";

export interface CommentPlace {
  repository: string;
  installationId: number;
  pullRequest: number;
}

export interface StickyComments {
  /**
   * Makes the pull request's one comment say `body`, whose first line is `marker`.
   * Only a comment that this App wrote is ever edited: anybody can write the marker.
   */
  ensureComment(place: CommentPlace, marker: string, body: string): Promise<void>;
  /** What the comment says now, if there is one. */
  findComment(place: CommentPlace, marker: string): Promise<string | undefined>;
}

export function createStickyComments(connection: GitHubConnection): StickyComments {
  async function find(place: CommentPlace, marker: string) {
    const octokit = await connection.asInstallation(place.installationId);
    const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
      ...splitRepository(place.repository),
      issue_number: place.pullRequest,
      per_page: 100,
    });
    for await (const { data } of pages) {
      const own = data.find(
        (comment) => comment.performed_via_github_app?.id === connection.appId && comment.body?.startsWith(marker),
      );
      if (own) return own;
    }
    return undefined;
  }

  return {
    ensureComment: (place, marker, body) =>
      callGitHub("write its comment", async () => {
        const octokit = await connection.asInstallation(place.installationId);
        const existing = await find(place, marker);
        if (existing?.body === body) return;
        if (existing)
          await octokit.rest.issues.updateComment({ ...splitRepository(place.repository), comment_id: existing.id, body });
        else
          await octokit.rest.issues.createComment({
            ...splitRepository(place.repository),
            issue_number: place.pullRequest,
            body,
          });
      }),
    findComment: (place, marker) => callGitHub("read its comment", async () => (await find(place, marker))?.body),
  };
}
