import type { Store } from "./open-store.ts";

/** What a pull request's one comment consists of; a part that nobody has written yet is undefined. */
export interface CommentParts {
  preview: string | undefined;
  rollout: string | undefined;
}

export interface KeepsCommentParts {
  /**
   * Keeps a new text for one part, then lets the whole comment be written. A preview and a rollout of the same pull request may be
   * at it at once, in two processes even: they write one after the other, so that neither loses the other's part or makes a second comment.
   */
  updatePart(
    pullRequest: { repository: string; number: number },
    part: keyof CommentParts,
    text: string,
    write: (parts: CommentParts) => Promise<void>,
  ): Promise<void>;
}

export function createCommentParts(store: Store): KeepsCommentParts {
  return {
    updatePart: ({ repository, number }, part, text, write) =>
      store.exclusively(`comment ${repository}#${number}`, async () => {
        const [row] = await store.query<{ preview: string | null; rollout: string | null }>(
          `insert into pull_request_comment (repository, pull_request, ${part}) values ($1, $2, $3)
           on conflict (repository, pull_request) do update set ${part} = excluded.${part} returning preview, rollout`,
          [repository, number, text],
        );
        await write({ preview: row?.preview ?? undefined, rollout: row?.rollout ?? undefined });
      }),
  };
}
