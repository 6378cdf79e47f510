import { Octokit } from "@octokit/rest";
import { createControlClient } from "../github/control-client.ts";
import type { InstitutionDescription } from "./start-institution.ts";
import type { WorldDescription } from "./start-world.ts";

/** Text, or nothing for a file that goes away. */
export type FileChanges = Record<string, string | null>;

export interface PullRequest {
  number: number;
  headSha: string;
  url: string;
}

export interface CheckRun {
  name: string;
  conclusion: string;
  title: string;
  summary: string;
  text: string;
  annotations: { path: string; line: number; level: string; title: string; message: string }[];
}

/** Somebody of the institution, who knows Campanile by GitHub alone: what is done and seen here goes through GitHub's own API. */
export interface Person {
  readFile(path: string): Promise<string>;
  /** Straight onto the default branch. @returns the commit */
  push(message: string, files: FileChanges): Promise<string>;
  openPullRequest(title: string, files: FileChanges): Promise<PullRequest>;
  /** One more commit on the pull request's branch. @returns the commit */
  pushTo(pullRequest: PullRequest, message: string, files: FileChanges): Promise<string>;
  /** @returns the commit on the default branch */
  merge(pullRequest: Pick<PullRequest, "number">): Promise<string>;
  /** Closes the pull request and opens it again: how people ask for another look. */
  reopen(pullRequest: Pick<PullRequest, "number">): Promise<void>;
  /** Campanile's comments, oldest first. */
  comments(pullRequest: Pick<PullRequest, "number">): Promise<string[]>;
  /** Those that Campanile opened, oldest first. */
  issues(): Promise<{ number: number; title: string; body: string; state: string }[]>;
  /** All check runs of a commit, newest first; those in progress have the conclusion "". */
  checks(sha: string): Promise<CheckRun[]>;
  /** Newest first, each with its statuses, oldest first. */
  deployments(): Promise<{ id: number; environment: string; sha: string; states: string[] }[]>;
  /** Waits until the check has a conclusion. */
  waitForCheck(sha: string, name: string): Promise<CheckRun>;
  /** Looks again whenever something happens in the repository. @throws after the time limit, naming what did not happen */
  until<T>(what: string, look: () => Promise<T | undefined>, limitSeconds?: number): Promise<T>;
}

/** With programs in its pods, a first rollout pulls images and plays a journey in both environments. */
const LIMIT_SECONDS = { simulated: 120, real: 300 };

export function createPerson(world: WorldDescription, institution: InstitutionDescription): Person {
  const [owner = "", repo = ""] = institution.repository.split("/");
  const place = { owner, repo };
  const as = institution.login;
  const usualLimit = LIMIT_SECONDS[world.realNode ? "real" : "simulated"];
  const control = createControlClient(world.github.apiUrl);
  const octokit = new Octokit({ auth: institution.token, baseUrl: world.github.apiUrl });
  let branches = 0;
  const branchOf = new Map<number, string>();

  async function checks(sha: string): Promise<CheckRun[]> {
    const runs = await octokit.paginate(octokit.rest.checks.listForRef, { ...place, ref: sha, filter: "all", per_page: 100 });
    return Promise.all(
      runs.map(async ({ id, name, conclusion, output }) => {
        const annotations = await octokit.paginate(octokit.rest.checks.listAnnotations, {
          ...place,
          check_run_id: id,
          per_page: 100,
        });
        return {
          name,
          conclusion: conclusion ?? "",
          title: output.title ?? "",
          summary: output.summary ?? "",
          text: output.text ?? "",
          annotations: annotations.map(({ path, start_line, annotation_level, title, message }) => ({
            path,
            line: start_line,
            level: annotation_level ?? "",
            title: title ?? "",
            message: message ?? "",
          })),
        };
      }),
    );
  }

  /** @returns the number of the last thing that happened, once something has happened after `sequence` in this repository */
  async function nextEvent(sequence: number, deadline: number): Promise<number> {
    for (let after = sequence; ; ) {
      const left = deadline - Date.now();
      if (left <= 0) return after;
      const { entries, last } = await control.journal({ after, kind: "event", waitSeconds: Math.min(60, left / 1000) });
      after = last;
      if (entries.some((entry) => entry.repository === institution.repository)) return after;
    }
  }

  const person: Person = {
    async readFile(path) {
      const { data } = await octokit.rest.repos.getContent({ ...place, path, mediaType: { format: "raw" } });
      return String(data);
    },
    async push(message, files) {
      return (await control.commit({ ...place, branch: "main", message, files, as })).sha;
    },
    async openPullRequest(title, files) {
      branches += 1;
      const branch = `change-${branches}-${Date.now().toString(36)}`;
      const { number, headSha, htmlUrl } = await control.openPullRequest({ ...place, branch, title, files, as });
      branchOf.set(number, branch);
      return { number, headSha, url: htmlUrl };
    },
    async pushTo({ number }, message, files) {
      return (await control.commit({ ...place, branch: branchOf.get(number) ?? "", message, files, as })).sha;
    },
    async merge({ number }) {
      const { data } = await octokit.rest.pulls.merge({ ...place, pull_number: number, merge_method: "squash" });
      return data.sha;
    },
    async reopen({ number }) {
      for (const state of ["closed", "open"] as const) await octokit.rest.pulls.update({ ...place, pull_number: number, state });
    },
    async comments({ number }) {
      const found = await octokit.paginate(octokit.rest.issues.listComments, { ...place, issue_number: number, per_page: 100 });
      return found.filter((each) => each.performed_via_github_app?.id === institution.appId).map((each) => each.body ?? "");
    },
    async issues() {
      const found = await octokit.paginate(octokit.rest.issues.listForRepo, { ...place, state: "all", per_page: 100 });
      return found
        .filter((each) => each.performed_via_github_app?.id === institution.appId && !each.pull_request)
        .map(({ number, title, body, state }) => ({ number, title, body: body ?? "", state }))
        .reverse();
    },
    checks,
    async deployments() {
      const found = await octokit.paginate(octokit.rest.repos.listDeployments, { ...place, per_page: 100 });
      return Promise.all(
        found.map(async ({ id, environment, sha }) => {
          const statuses = await octokit.paginate(octokit.rest.repos.listDeploymentStatuses, {
            ...place,
            deployment_id: id,
            per_page: 100,
          });
          return { id, environment, sha, states: statuses.map((status) => status.state).reverse() };
        }),
      );
    },
    waitForCheck: (sha, name) =>
      person.until(`the check “${name}” of ${sha.slice(0, 7)} has a conclusion`, async () =>
        (await checks(sha)).find((check) => check.name === name && check.conclusion !== ""),
      ),
    async until(what, look, limitSeconds = usualLimit) {
      const deadline = Date.now() + limitSeconds * 1000;
      let { last } = await control.journal({ kind: "event" });
      for (;;) {
        const seen = await look();
        if (seen !== undefined) return seen;
        if (Date.now() >= deadline) throw new Error(`It did not happen within ${limitSeconds} s that ${what}.`);
        last = await nextEvent(last, deadline);
      }
    },
  };
  return person;
}
