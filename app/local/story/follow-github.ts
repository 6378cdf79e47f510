import { z } from "zod";
import type { GitHubControl } from "../github/control/github-control.ts";
import type { Narrator } from "./narrator.ts";
import { createStopwatch, type Stopwatch } from "./stopwatch.ts";

const checkRun = z.object({
  check_run: z.object({
    name: z.string(),
    conclusion: z.string().nullable(),
    html_url: z.string(),
    output: z.object({ title: z.string().nullable() }),
  }),
});
const deploymentStatus = z.object({
  deployment_status: z.object({ state: z.string(), description: z.string().nullable() }),
  deployment: z.object({ id: z.number(), environment: z.string() }),
});
const comment = z.object({ comment: z.object({ html_url: z.string() }) });
const pullRequest = z.object({
  pull_request: z.object({ number: z.number(), title: z.string(), html_url: z.string(), merged: z.boolean().nullish() }),
});
const push = z.object({ ref: z.string(), after: z.string() });
const delivery = z.object({ guid: z.string(), statusCode: z.number(), isRedelivery: z.boolean() });

const MARKS: Readonly<Record<string, string>> = { success: "✓", failure: "✗" };

/** What Campanile says to GitHub of a deployment, in a reader's words. */
const STATE_WORDS: Readonly<Record<string, (environment: string) => string>> = {
  in_progress: (environment) => `a rollout to ${environment} has begun`,
  success: (environment) => `${environment} is rolled out and healthy`,
  failure: (environment) => `the rollout to ${environment} has failed`,
};

type Teller = (details: unknown, narrator: Narrator, stopwatch: Stopwatch) => void;

/** What a reader of the story wants to hear of; the rest of what happens on GitHub goes by in silence. */
const TELLERS: Record<string, Teller> = {
  "pull_request.opened": (details, narrator) => {
    const { pull_request } = pullRequest.parse(details);
    narrator.line("GitHub", `pull request #${pull_request.number} “${pull_request.title}” is open`, pull_request.html_url);
  },
  "pull_request.closed": (details, narrator) => {
    const { pull_request } = pullRequest.parse(details);
    narrator.line("GitHub", `pull request #${pull_request.number} is ${pull_request.merged ? "merged" : "closed"}`);
  },
  push: (details, narrator) => {
    const { ref, after } = push.parse(details);
    if (ref === "refs/heads/main")
      narrator.line("GitHub", `main, the branch that says what shall run, is now at ${after.slice(0, 7)}`);
  },
  "check_run.created": (details, narrator, stopwatch) => {
    const { check_run } = checkRun.parse(details);
    stopwatch.begin(check_run.html_url);
    narrator.line("Campanile", `… ${check_run.name}: in progress`);
  },
  "check_run.completed": (details, narrator, stopwatch) => {
    const { check_run } = checkRun.parse(details);
    const mark = MARKS[check_run.conclusion ?? ""] ?? "•";
    const took = stopwatch.tookOf(check_run.html_url);
    narrator.line("Campanile", `${mark} ${check_run.name}${took}: ${check_run.output.title}`, check_run.html_url);
  },
  "deployment_status.created": (details, narrator, stopwatch) => {
    const { deployment, deployment_status } = deploymentStatus.parse(details);
    const words = STATE_WORDS[deployment_status.state]?.(deployment.environment);
    if (words === undefined) return;
    const key = `deployment ${deployment.id}`;
    const isBegin = deployment_status.state === "in_progress";
    if (isBegin) stopwatch.begin(key);
    narrator.line("Campanile", `tells GitHub: ${words}${isBegin ? "" : stopwatch.tookOf(key)}`);
  },
  "issue_comment.created": (details, narrator) =>
    narrator.line("Campanile", "writes its one comment on the pull request", comment.parse(details).comment.html_url),
  "issue_comment.edited": (_details, narrator) => narrator.line("Campanile", "brings its comment up to date"),
};

/** Longer than any pause in a story; then it asks again. */
const WAIT_SECONDS = 30;

/** Tells what happens in one repository, as it happens, until the signal ends it. */
export async function followGitHub(
  { control, repository, narrator }: { control: GitHubControl; repository: string; narrator: Narrator },
  signal: AbortSignal,
): Promise<void> {
  const stopwatch = createStopwatch();
  let after = (await control.journal({})).last;
  while (!signal.aborted) {
    const { entries, last } = await control.journal({ after, waitSeconds: WAIT_SECONDS });
    if (signal.aborted) return;
    after = last;
    for (const entry of entries) {
      if ((entry.repository ?? repository) !== repository) continue;
      if (entry.kind === "event") TELLERS[entry.name]?.(entry.details, narrator, stopwatch);
      if (entry.kind === "delivery" && /^(push|pull_request)/.test(entry.name)) tellDelivery(entry.name, entry.details, narrator);
    }
  }
}

function tellDelivery(name: string, details: unknown, narrator: Narrator): void {
  const { guid, statusCode, isRedelivery } = delivery.parse(details);
  const what = `${isRedelivery ? "sends Campanile once more" : "sends Campanile"} the webhook ${name} (${guid.slice(0, 8)})`;
  narrator.line("GitHub", `${what}: ${statusCode === 202 ? "202, stored" : `nobody takes it (${statusCode})`}`);
}
