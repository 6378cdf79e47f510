import { z } from "zod";
import type { GitHubControl } from "../github/control/github-control.ts";
import type { Narrator } from "./narrator.ts";

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
  deployment: z.object({ environment: z.string() }),
});
const comment = z.object({ comment: z.object({ html_url: z.string() }) });
const pullRequest = z.object({
  pull_request: z.object({ number: z.number(), title: z.string(), html_url: z.string(), merged: z.boolean().nullish() }),
});
const push = z.object({ ref: z.string(), after: z.string() });
const delivery = z.object({ guid: z.string(), statusCode: z.number(), isRedelivery: z.boolean() });

/** What a reader of the story wants to hear of; the rest of what happens on GitHub goes by in silence. */
const TELLERS: Record<string, (details: unknown, narrator: Narrator) => void> = {
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
    if (ref === "refs/heads/main") narrator.line("GitHub", `main is now at ${after.slice(0, 7)}`);
  },
  "check_run.completed": (details, narrator) => {
    const { check_run } = checkRun.parse(details);
    const mark = check_run.conclusion === "success" ? "✓" : "✗";
    narrator.line("Campanile", `${mark} ${check_run.name}: ${check_run.output.title}`, check_run.html_url);
  },
  "deployment_status.created": (details, narrator) => {
    const { deployment, deployment_status } = deploymentStatus.parse(details);
    if (deployment_status.state === "inactive") return;
    narrator.line("Campanile", `tells GitHub: deployment of ${deployment.environment} is ${deployment_status.state}`);
  },
  "issue_comment.created": (details, narrator) =>
    narrator.line("Campanile", "writes its comment", comment.parse(details).comment.html_url),
  "issue_comment.edited": (_details, narrator) => narrator.line("Campanile", "edits its comment"),
};

/** Longer than any pause in a story; then it asks again. */
const WAIT_SECONDS = 30;

/** Tells what happens in one repository, as it happens, until the signal ends it. */
export async function followGitHub(
  { control, repository, narrator }: { control: GitHubControl; repository: string; narrator: Narrator },
  signal: AbortSignal,
): Promise<void> {
  let after = (await control.journal({})).last;
  while (!signal.aborted) {
    const { entries, last } = await control.journal({ after, waitSeconds: WAIT_SECONDS });
    after = last;
    for (const entry of entries) {
      if ((entry.repository ?? repository) !== repository) continue;
      if (entry.kind === "event") TELLERS[entry.name]?.(entry.details, narrator);
      if (entry.kind === "delivery" && /^(push|pull_request)/.test(entry.name)) tellDelivery(entry.name, entry.details, narrator);
    }
  }
}

function tellDelivery(name: string, details: unknown, narrator: Narrator): void {
  const { guid, statusCode, isRedelivery } = delivery.parse(details);
  const how = statusCode === 202 ? "Campanile has it (202)" : `nobody answers (${statusCode})`;
  narrator.line("GitHub", `${isRedelivery ? "delivers again" : "delivers"} ${name} ${guid.slice(0, 8)}: ${how}`);
}
