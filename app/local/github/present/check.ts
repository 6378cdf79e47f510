import type { Emulator } from "../emulator.ts";
import { readCommit } from "../git/commits.ts";
import type { Annotation, CheckRun, CheckSuite, CommitStatus } from "../state/checks.ts";
import type { Repository } from "../state/repository.ts";
import { presentAccount } from "./account.ts";
import { presentApp } from "./app.ts";
import { presentSimpleCommit } from "./commit.ts";
import { presentMinimalPullRequest, pullRequestsOfHead } from "./pull-request.ts";
import { presentRepository, repositoryPage, repositoryUrl } from "./repository.ts";
import { moment, momentOrNull, nodeId } from "./times.ts";

/** GitHub's `check-run`. */
export function presentCheckRun(github: Emulator, repository: Repository, run: CheckRun) {
  const url = `${repositoryUrl(github, repository)}/check-runs/${run.id}`;
  const page = `${repositoryPage(github, repository)}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("CheckRun", run.id),
    head_sha: run.suite.headSha,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: moment(run.startedAt),
    completed_at: momentOrNull(run.completedAt),
    output: {
      title: run.output.title,
      summary: run.output.summary,
      text: run.output.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: presentApp(github, run.suite.app),
    pull_requests: presentPullRequests(github, repository, run.suite.headSha),
  };
}

export function presentAnnotation(github: Emulator, repository: Repository, at: { run: CheckRun; annotation: Annotation }) {
  const { run, annotation } = at;
  return {
    ...annotation,
    blob_href: `${repositoryPage(github, repository)}/blob/${run.suite.headSha}/${encodeURI(annotation.path)}`,
  };
}

/** GitHub's `check-suite`. */
export async function presentCheckSuite(github: Emulator, repository: Repository, suite: CheckSuite) {
  const url = `${repositoryUrl(github, repository)}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteState(suite),
    url,
    before: suite.before,
    after: suite.headSha,
    pull_requests: presentPullRequests(github, repository, suite.headSha),
    app: presentApp(github, suite.app),
    repository: presentRepository(github, repository),
    created_at: moment(suite.createdAt),
    updated_at: moment(suite.updatedAt),
    rerequestable: true,
    runs_rerequestable: false,
    latest_check_runs_count: latestRuns(suite.runs).length,
    check_runs_url: `${url}/check-runs`,
    head_commit: presentSimpleCommit(await readCommit(repository.gitDir, suite.headSha)),
  };
}

/** Payloads of check runs carry their suite, and the suite carries no repository there. */
export async function presentCheckRunForPayload(github: Emulator, repository: Repository, run: CheckRun) {
  const {
    repository: _,
    head_commit: __,
    latest_check_runs_count: ___,
    check_runs_url: ____,
    ...suite
  } = await presentCheckSuite(github, repository, run.suite);
  return {
    ...presentCheckRun(github, repository, run),
    check_suite: suite,
  };
}

/** The newest check run of each name: an older one with the same name is history. */
export function latestRuns(runs: readonly CheckRun[]): CheckRun[] {
  const newest = new Map<string, CheckRun>();
  for (const run of runs) newest.set(`${run.suite.app.id} ${run.name}`, run);
  return [...newest.values()];
}

const WORST_FIRST = ["action_required", "timed_out", "cancelled", "failure", "success", "neutral", "skipped"] as const;

/** A suite's state is that of its newest runs together. */
function suiteState(suite: CheckSuite): { status: string; conclusion: string | null } {
  const runs = latestRuns(suite.runs);
  if (runs.length === 0) return { status: "queued", conclusion: null };
  if (runs.some((run) => run.status !== "completed")) {
    return { status: runs.every((run) => run.status === "queued") ? "queued" : "in_progress", conclusion: null };
  }
  const conclusion = WORST_FIRST.find((one) => runs.some((run) => run.conclusion === one));
  return { status: "completed", conclusion: conclusion ?? null };
}

export function presentStatus(github: Emulator, repository: Repository, status: CommitStatus) {
  return {
    url: `${repositoryUrl(github, repository)}/statuses/${status.sha}`,
    avatar_url: presentAccount(github, status.creator).avatar_url,
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: moment(status.createdAt),
    updated_at: moment(status.createdAt),
  };
}

function presentPullRequests(github: Emulator, repository: Repository, headSha: string) {
  return pullRequestsOfHead(repository, headSha).map((pull) => presentMinimalPullRequest(github, pull));
}
