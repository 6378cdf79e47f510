import type { Store } from "./open-store.ts";

/** The preview's part of each pull request's comment, so that a rollout can add its own part below. */
export interface PreviewComments {
  savePreviewComment(repository: string, pullRequest: number, body: string): Promise<void>;
  findPreviewComment(repository: string, pullRequest: number): Promise<string | undefined>;
}

export function createPreviewComments(store: Store): PreviewComments {
  return {
    async savePreviewComment(repository, pullRequest, body) {
      await store.query(
        "insert into preview_comment (repository, pull_request, body) values ($1, $2, $3) on conflict (repository, pull_request) do update set body = excluded.body",
        [repository, pullRequest, body],
      );
    },
    async findPreviewComment(repository, pullRequest) {
      const [row] = await store.query<{ body: string }>(
        "select body from preview_comment where repository = $1 and pull_request = $2",
        [repository, pullRequest],
      );
      return row?.body;
    },
  };
}
