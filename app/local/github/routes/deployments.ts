import { z } from "zod";
import { writeCommit } from "../git/commits.ts";
import { isAncestor, mergeTrees } from "../git/merge.ts";
import { findBranchHead, findCommit, updateRef } from "../git/refs.ts";
import { ApiError, unprocessable } from "../http/api-error.ts";
import { created, ok, type Reply, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentDeployment } from "../present/deployment.ts";
import { allVerdicts, verdictOf } from "../pulls/branch-rules.ts";
import { gitPersonOf, WEB_FLOW } from "../pulls/git-person.ts";
import { noteRefChanges } from "../refs/note-ref-changes.ts";
import type { GitHubDeployment } from "../state/checks.ts";
import { findById } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ deployments: "read" }] } as const;
const write = { access: "repository", role: "push", permissions: [{ deployments: "write" }] } as const;

export const deploymentRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/deployments", ...read, handle: list },
  { method: "POST", path: "/repos/{owner}/{repo}/deployments", ...write, handle: create },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/deployments/{deployment_id}",
    ...read,
    handle: (call) => ok(presentDeployment(call.github, call.repository, findDeployment(call))),
  },
];

export const findDeployment = (call: RepositoryCall): GitHubDeployment =>
  findById(call.repository.deployments, call.param("deployment_id"));

function list(call: RepositoryCall) {
  const wanted = {
    sha: call.query("sha"),
    ref: call.query("ref"),
    task: call.query("task"),
    environment: call.query("environment"),
  };
  const deployments = [...call.repository.deployments.values()].filter(
    (one) =>
      (wanted.sha ?? one.sha) === one.sha &&
      (wanted.ref ?? one.ref) === one.ref &&
      (wanted.task ?? one.task) === one.task &&
      (wanted.environment ?? one.environment) === one.environment,
  );
  return ok(call.page(deployments.reverse()).map((one) => presentDeployment(call.github, call.repository, one)));
}

const newDeployment = z.object({
  ref: z.string(),
  task: z.string().default("deploy"),
  auto_merge: z.boolean().default(true),
  required_contexts: z.array(z.string()).nullish(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).default({}),
  environment: z.string().default("production"),
  description: z.string().max(140).nullish(),
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
});
type NewDeployment = z.infer<typeof newDeployment>;

async function create(call: RepositoryCall): Promise<Reply> {
  const { github, repository } = call;
  const wanted = call.body(newDeployment);
  const sha = await findCommit(repository.gitDir, wanted.ref);
  if (sha === undefined) throw unprocessable(`No ref found for: ${wanted.ref}`);
  if (wanted.auto_merge) {
    const merged = await mergeDefaultBranch(call, wanted.ref);
    if (merged) return merged;
  }
  refuseWithoutChecks(call, wanted, sha);
  const at = github.now();
  const deployment: GitHubDeployment = {
    id: github.state.nextId(),
    sha,
    ref: wanted.ref,
    task: wanted.task,
    payload: wanted.payload,
    environment: wanted.environment,
    description: wanted.description ?? null,
    creator: call.sender(),
    viaApp: call.viaApp(),
    isTransient: wanted.transient_environment,
    isProduction: wanted.production_environment ?? wanted.environment === "production",
    createdAt: at,
    updatedAt: at,
    statuses: [],
  };
  repository.deployments.set(deployment.id, deployment);
  const shown = presentDeployment(github, repository, deployment);
  github.emit({
    event: "deployment",
    action: "created",
    repository,
    sender: call.sender(),
    fields: { deployment: shown, workflow: null, workflow_run: null },
  });
  return created(shown);
}

/** Without a list of its own a deployment needs everything that was reported on the commit; an empty list needs nothing. */
function refuseWithoutChecks(call: RepositoryCall, wanted: NewDeployment, sha: string): void {
  const { repository } = call;
  const contexts = wanted.required_contexts ?? undefined;
  const verdicts =
    contexts?.map((context) => verdictOf(repository, sha, { context, appId: undefined })) ??
    allVerdicts(repository, sha).map(({ verdict }) => verdict);
  if (verdicts.every((verdict) => verdict === "passing")) return;
  throw new ApiError(409, `Conflict: Commit status checks failed for ${wanted.ref}.`);
}

/** A branch that lacks commits of the default branch gets them, and nothing is deployed this time. */
async function mergeDefaultBranch(call: RepositoryCall, ref: string): Promise<Reply | undefined> {
  const { github, repository } = call;
  const { gitDir, defaultBranch } = repository;
  return repository.exclusive(async () => {
    const head = await findBranchHead(gitDir, ref);
    const base = await findBranchHead(gitDir, defaultBranch);
    if (head === undefined || base === undefined || (await isAncestor(gitDir, base, head))) return undefined;
    const merged = await mergeTrees(gitDir, head, base);
    if (merged.kind === "conflict") throw new ApiError(409, `Conflict merging ${defaultBranch} into ${ref}.`);
    const by = call.sender();
    const sha = await writeCommit(gitDir, {
      tree: merged.tree,
      parents: [head, base],
      message: `Merge ${defaultBranch} into ${ref}`,
      author: gitPersonOf(by, github.now()),
      committer: { ...WEB_FLOW, atSeconds: Math.floor(github.now().getTime() / 1000) },
    });
    const name = `refs/heads/${ref}`;
    await updateRef(gitDir, name, sha, head);
    await noteRefChanges(github, repository, [{ name, before: head, after: sha }], by);
    return { status: 202, body: { message: `Auto-merged ${defaultBranch} into ${ref} on deployment.` } };
  });
}
