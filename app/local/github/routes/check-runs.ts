import { z } from "zod";
import { emitCheckSuite, ensureSuite } from "../checks/check-suites.ts";
import { emitCheckRun } from "../checks/emit-check-run.ts";
import { ApiError, invalid } from "../http/api-error.ts";
import { created, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { latestRuns, presentAnnotation, presentCheckRun } from "../present/check.ts";
import type { App } from "../state/apps.ts";
import { type Annotation, type CheckRun, CONCLUSIONS } from "../state/checks.ts";
import { findById, findRefOrRefuse } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ checks: "read" }] } as const;
const write = { access: "repository", role: "push", permissions: [{ checks: "write" }] } as const;

export const checkRunRoutes: RepositoryEndpoint[] = [
  { method: "POST", path: "/repos/{owner}/{repo}/check-runs", ...write, handle: create },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/check-runs/{check_run_id}",
    ...read,
    handle: (call) => ok(present(call, findRun(call))),
  },
  { method: "PATCH", path: "/repos/{owner}/{repo}/check-runs/{check_run_id}", ...write, handle: update },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations",
    ...read,
    handle: (call) => {
      const run = findRun(call);
      return ok(
        call.page(run.annotations).map((one) => presentAnnotation(call.github, call.repository, { run, annotation: one })),
      );
    },
  },
  {
    method: "POST",
    path: "/repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest",
    ...write,
    handle: async (call) => {
      await emitCheckRun(call.github, call.repository, { run: findRun(call), action: "rerequested", sender: call.sender() });
      return created({});
    },
  },
  { method: "GET", path: "/repos/{owner}/{repo}/commits/{ref}/check-runs", ...read, handle: listForRef },
];

const ANNOTATIONS_PER_CALL = 50;
const TEXT_LIMIT_CHARACTERS = 65_535;

const annotation = z.object({
  path: z.string().min(1),
  start_line: z.number().int(),
  end_line: z.number().int(),
  start_column: z.number().int().nullable().default(null),
  end_column: z.number().int().nullable().default(null),
  annotation_level: z.enum(["notice", "warning", "failure"]),
  message: z.string(),
  title: z.string().nullable().default(null),
  raw_details: z.string().nullable().default(null),
});

const output = z.object({
  title: z.string().optional(),
  summary: z.string().max(TEXT_LIMIT_CHARACTERS),
  text: z.string().max(TEXT_LIMIT_CHARACTERS).optional(),
  annotations: z.array(annotation).default([]),
});

const runFields = z.object({
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(["queued", "in_progress", "completed"]).optional(),
  started_at: z.iso.datetime().optional(),
  completed_at: z.iso.datetime().optional(),
  conclusion: z.enum(CONCLUSIONS).optional(),
  output: output.optional(),
});
const newRun = runFields.extend({
  name: z.string().min(1),
  head_sha: z.string().min(1),
  // Only an update may leave the title as it is.
  output: output.extend({ title: z.string() }).optional(),
});
const runUpdate = runFields.extend({ name: z.string().min(1).optional() });
type RunFields = z.infer<typeof runFields>;

async function create(call: RepositoryCall) {
  const { github, repository } = call;
  const app = requireApp(call);
  const wanted = call.body(newRun);
  refuseTooManyAnnotations(wanted);
  const headSha = await findRefOrRefuse(call, wanted.head_sha);
  const suite = ensureSuite(github, repository, { app, headSha });
  const run: CheckRun = {
    id: github.state.nextId(),
    suite,
    name: wanted.name,
    externalId: "",
    detailsUrl: null,
    status: "queued",
    conclusion: null,
    startedAt: github.now(),
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
  };
  apply(call, run, wanted);
  suite.runs.push(run);
  repository.checkRuns.set(run.id, run);
  await tell(call, run, "created");
  return created(present(call, run));
}

async function update(call: RepositoryCall) {
  const run = findRun(call);
  const app = requireApp(call);
  if (run.suite.app !== app) {
    throw new ApiError(403, `Invalid app_id \`${app.id}\` - check run can only be modified by the GitHub App that created it.`);
  }
  const wanted = call.body(runUpdate);
  refuseTooManyAnnotations(wanted);
  const wasCompleted = run.status === "completed";
  if (wanted.name !== undefined) run.name = wanted.name;
  apply(call, run, wanted);
  await tell(call, run, !wasCompleted && run.status === "completed" ? "completed" : "updated");
  return ok(present(call, run));
}

/** A conclusion completes the run, and what leaves `completed` loses its conclusion. */
function apply(call: RepositoryCall, run: CheckRun, wanted: RunFields): void {
  if (wanted.status === "completed" && wanted.conclusion === undefined && run.conclusion === null) {
    throw invalid({ resource: "CheckRun", field: "conclusion", code: "missing_field" });
  }
  if (wanted.details_url !== undefined) run.detailsUrl = wanted.details_url;
  if (wanted.external_id !== undefined) run.externalId = wanted.external_id;
  if (wanted.started_at !== undefined) run.startedAt = new Date(wanted.started_at);
  if (wanted.conclusion !== undefined) {
    run.conclusion = wanted.conclusion;
    run.status = "completed";
    run.completedAt = wanted.completed_at === undefined ? call.github.now() : new Date(wanted.completed_at);
  } else if (wanted.status !== undefined && wanted.status !== "completed") {
    run.status = wanted.status;
    run.conclusion = null;
    run.completedAt = null;
  }
  if (wanted.output) applyOutput(run, wanted.output);
  run.suite.updatedAt = call.github.now();
}

/** Title, summary and text replace the earlier ones; annotations are added to them. */
function applyOutput(run: CheckRun, { title, summary, text, annotations }: z.infer<typeof output>): void {
  run.output = { title: title ?? run.output.title, summary, text: text ?? run.output.text };
  const added: Annotation[] = annotations;
  run.annotations.push(...added);
}

function refuseTooManyAnnotations(wanted: RunFields): void {
  if ((wanted.output?.annotations.length ?? 0) <= ANNOTATIONS_PER_CALL) return;
  const message = `No more than ${ANNOTATIONS_PER_CALL} annotations may be sent in one request.`;
  throw invalid({ resource: "CheckRun", field: "annotations", code: "custom", message });
}

/** A run that is created completed is told of twice. */
async function tell(call: RepositoryCall, run: CheckRun, action: "created" | "updated" | "completed"): Promise<void> {
  const { github, repository } = call;
  const sender = call.sender();
  await emitCheckRun(github, repository, { run, action, sender });
  if (action === "updated" || run.status !== "completed") return;
  if (action === "created") await emitCheckRun(github, repository, { run, action: "completed", sender });
  if (latestRuns(run.suite.runs).every((one) => one.status === "completed")) {
    await emitCheckSuite(github, repository, { suite: run.suite, action: "completed", sender });
  }
}

async function listForRef(call: RepositoryCall) {
  const sha = await findRefOrRefuse(call, call.param("ref"));
  const name = call.query("check_name");
  const status = call.query("status");
  const appId = call.query("app_id");
  const onCommit = [...call.repository.checkRuns.values()].filter((run) => run.suite.headSha === sha);
  const runs = (call.query("filter") === "all" ? onCommit : latestRuns(onCommit)).filter(
    (run) =>
      (name === undefined || run.name === name) &&
      (status === undefined || run.status === status) &&
      (appId === undefined || run.suite.app.id === Number(appId)),
  );
  return ok({ total_count: runs.length, check_runs: call.page(runs.reverse()).map((run) => present(call, run)) });
}

function requireApp(call: RepositoryCall): App {
  const app = call.viaApp();
  if (!app) throw new ApiError(403, "You must authenticate via a GitHub App.");
  return app;
}

const findRun = (call: RepositoryCall): CheckRun => findById(call.repository.checkRuns, call.param("check_run_id"));
const present = (call: RepositoryCall, run: CheckRun) => presentCheckRun(call.github, call.repository, run);
