import type { GitHubConnection } from "./connect-github.ts";
import { callGitHub } from "./github-error.ts";
import { splitRepository } from "./split-repository.ts";

export interface IssuePlace {
  repository: string;
  installationId: number;
}

export interface OwnIssue {
  number: number;
  title: string;
  body: string;
}

/** Issues that this App has opened. What others write is never changed or closed: anybody can write a marker. */
export interface OwnIssues {
  /** The open issue whose text begins with the marker. */
  findOpenIssue(place: IssuePlace, marker: string): Promise<OwnIssue | undefined>;
  openIssue(place: IssuePlace, issue: Pick<OwnIssue, "title" | "body">): Promise<void>;
  updateIssue(place: IssuePlace, issue: OwnIssue): Promise<void>;
  closeIssue(place: IssuePlace, number: number): Promise<void>;
  /** Done twice it is still one comment. @param body begins with a marker of its own */
  ensureIssueComment(place: IssuePlace, number: number, body: { marker: string; text: string }): Promise<void>;
}

export function createOwnIssues(connection: GitHubConnection): OwnIssues {
  const open = async ({ repository, installationId }: IssuePlace) => ({
    issues: (await connection.asInstallation(installationId)).rest.issues,
    paginate: (await connection.asInstallation(installationId)).paginate,
    at: splitRepository(repository),
  });

  return {
    findOpenIssue: (place, marker) =>
      callGitHub("look for its issue", async () => {
        const { issues, paginate, at } = await open(place);
        const pages = paginate.iterator(issues.listForRepo, { ...at, state: "open", per_page: 100 });
        for await (const { data } of pages) {
          const own = data.find(
            (issue) =>
              issue.performed_via_github_app?.id === connection.appId && !issue.pull_request && issue.body?.startsWith(marker),
          );
          if (own) return { number: own.number, title: own.title, body: own.body ?? "" };
        }
        return undefined;
      }),

    openIssue: (place, issue) =>
      callGitHub("open an issue", async () => {
        const { issues, at } = await open(place);
        await issues.create({ ...at, ...issue });
      }),

    updateIssue: (place, { number, title, body }) =>
      callGitHub("update its issue", async () => {
        const { issues, at } = await open(place);
        await issues.update({ ...at, issue_number: number, title, body });
      }),

    closeIssue: (place, number) =>
      callGitHub("close its issue", async () => {
        const { issues, at } = await open(place);
        await issues.update({ ...at, issue_number: number, state: "closed", state_reason: "completed" });
      }),

    ensureIssueComment: (place, number, { marker, text }) =>
      callGitHub("comment on its issue", async () => {
        const { issues, paginate, at } = await open(place);
        const present = await paginate(issues.listComments, { ...at, issue_number: number, per_page: 100 });
        const isThere = present.some(
          (comment) => comment.performed_via_github_app?.id === connection.appId && comment.body?.startsWith(marker),
        );
        if (!isThere) await issues.createComment({ ...at, issue_number: number, body: `${marker}\n${text}` });
      }),
  };
}
