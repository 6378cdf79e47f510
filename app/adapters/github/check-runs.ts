import type { GitHubConnection, Octokit } from "./connect-github.ts";
import { callGitHub } from "./github-error.ts";
import { splitRepository } from "./split-repository.ts";

/** GitHub takes 50 annotations a call and appends those of the next call. */
const ANNOTATIONS_PER_CALL = 50;

export interface CheckAnnotation {
  path: string;
  start_line: number;
  end_line: number;
  annotation_level: "notice" | "warning" | "failure";
  title: string;
  message: string;
}

export interface CheckOutput {
  title: string;
  summary: string;
  text?: string;
  annotations: CheckAnnotation[];
}

export interface CheckPlace {
  repository: string;
  installationId: number;
  headSha: string;
  name: string;
  /** Which run of Campanile the check belongs to: a second attempt finds its own check run by it. */
  externalId: string;
}

export type CheckConclusion = "success" | "failure" | "neutral" | "cancelled";

export interface CheckRuns {
  /** Puts the check in progress; done twice it is still one check run, unless the first has a verdict: then the work runs again. */
  startCheck(place: CheckPlace, title: string): Promise<number>;
  /** Writes the verdict; done twice, no annotation is doubled. */
  concludeCheck(place: CheckPlace, conclusion: CheckConclusion, output: CheckOutput): Promise<void>;
  /** Writes a check whose verdict is known before it begins; done twice it is still one. @returns its address */
  addCheck(place: CheckPlace, conclusion: CheckConclusion, output: Omit<CheckOutput, "annotations">): Promise<string>;
}

export function createCheckRuns(connection: GitHubConnection): CheckRuns {
  async function find(octokit: Octokit, place: CheckPlace) {
    const { data } = await octokit.rest.checks.listForRef({
      ...splitRepository(place.repository),
      ref: place.headSha,
      check_name: place.name,
      app_id: connection.appId,
      filter: "all",
      per_page: 100,
    });
    const own = data.check_runs.filter((run) => run.external_id === place.externalId);
    return own.sort((a, b) => b.id - a.id)[0];
  }

  /** @param ending left out for a check that is only begun */
  async function create(
    octokit: Octokit,
    place: CheckPlace,
    output: Omit<CheckOutput, "annotations">,
    ending?: { conclusion: CheckConclusion },
  ): Promise<{ id: number; html_url: string | null }> {
    const now = new Date().toISOString();
    const { data } = await octokit.rest.checks.create({
      ...splitRepository(place.repository),
      name: place.name,
      head_sha: place.headSha,
      external_id: place.externalId,
      started_at: now,
      output,
      ...(ending ? { status: "completed", completed_at: now, ...ending } : { status: "in_progress" }),
    });
    return data;
  }

  return {
    startCheck: (place, title) =>
      callGitHub(`start the check ${place.name}`, async () => {
        const octokit = await connection.asInstallation(place.installationId);
        const newest = await find(octokit, place);
        // GitHub lets nobody take a verdict back, so work that runs again has a new check run.
        return newest && !isConcluded(newest) ? newest.id : (await create(octokit, place, { title, summary: title })).id;
      }),

    concludeCheck: (place, conclusion, output) =>
      callGitHub(`conclude the check ${place.name}`, async () => {
        const octokit = await connection.asInstallation(place.installationId);
        const newest = await find(octokit, place);
        if (newest && isConcluded(newest)) return;
        const id = newest?.id ?? (await create(octokit, place, { title: output.title, summary: output.title })).id;
        const { title, summary, text } = output;
        const update = { ...splitRepository(place.repository), check_run_id: id };
        const present = (await octokit.rest.checks.get(update)).data.output.annotations_count;
        const left = output.annotations.slice(present);
        for (let from = 0; from < left.length; from += ANNOTATIONS_PER_CALL) {
          await octokit.rest.checks.update({
            ...update,
            output: { title, summary, annotations: left.slice(from, from + ANNOTATIONS_PER_CALL) },
          });
        }
        // The conclusion comes last: whoever waits for the check then sees all of it.
        await octokit.rest.checks.update({
          ...update,
          status: "completed",
          conclusion,
          completed_at: new Date().toISOString(),
          output: { title, summary, ...(text === undefined ? {} : { text }) },
        });
      }),

    addCheck: (place, conclusion, { title, summary, text }) =>
      callGitHub(`write the check ${place.name}`, async () => {
        const octokit = await connection.asInstallation(place.installationId);
        const present = await find(octokit, place);
        if (present) return present.html_url ?? "";
        // Complete from the start, so that it cannot be left in progress on a commit that nobody looks at any more.
        const output = { title, summary, ...(text === undefined ? {} : { text }) };
        return (await create(octokit, place, output, { conclusion })).html_url ?? "";
      }),
  };
}

const isConcluded = ({ status }: { status: string }) => status === "completed";
