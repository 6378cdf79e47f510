import { z } from "zod";
import { created, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { editIssue, emitIssue, setIssueState } from "../issues/change-issue.ts";
import { openIssue } from "../issues/open-issue.ts";
import { presentIssue, presentLabel } from "../present/issue.ts";
import type { Label } from "../state/issues.ts";
import { findIssue } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ issues: "read" }, { pull_requests: "read" }] } as const;
const write = { access: "repository", role: "triage", permissions: [{ issues: "write" }, { pull_requests: "write" }] } as const;

export const issueRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/issues", ...read, handle: list },
  {
    method: "POST",
    path: "/repos/{owner}/{repo}/issues",
    access: "repository",
    role: "pull",
    permissions: [{ issues: "write" }],
    handle: create,
  },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/issues/{issue_number}",
    ...read,
    handle: (call) => ok(presentIssue(call.github, call.repository, findIssue(call))),
  },
  { method: "PATCH", path: "/repos/{owner}/{repo}/issues/{issue_number}", ...write, handle: update },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/issues/{issue_number}/labels",
    ...read,
    handle: (call) => ok(call.page(findIssue(call).labels).map((label) => presentLabel(call.github, call.repository, label))),
  },
  { method: "POST", path: "/repos/{owner}/{repo}/issues/{issue_number}/labels", ...write, handle: addLabels },
];

function list(call: RepositoryCall) {
  const state = call.query("state") ?? "open";
  const issues = [...call.repository.issues.values()].filter((issue) => state === "all" || issue.state === state);
  return ok(call.page(issues.reverse()).map((issue) => presentIssue(call.github, call.repository, issue)));
}

function create(call: RepositoryCall) {
  const { title, body } = call.body(z.object({ title: z.string(), body: z.string().nullish() }));
  const issue = openIssue(call.github, call.repository, {
    title,
    body: body ?? null,
    author: call.sender(),
    viaApp: call.viaApp(),
  });
  emitIssue(call.github, { repository: call.repository, issue, by: call.sender() }, "opened");
  return created(presentIssue(call.github, call.repository, issue));
}

const issueChanges = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
});

async function update(call: RepositoryCall) {
  const { title, body, state } = call.body(issueChanges);
  const { github, repository } = call;
  const issue = findIssue(call);
  const change = { repository, issue, by: call.sender() };
  editIssue(github, change, { title: title ?? issue.title, body: body === undefined ? issue.body : body });
  if (state) await setIssueState(github, change, state);
  return ok(presentIssue(github, repository, issue));
}

const labelsToAdd = z.object({ labels: z.array(z.string()) });

function addLabels(call: RepositoryCall) {
  const issue = findIssue(call);
  for (const name of call.body(labelsToAdd).labels) {
    const label = ensureLabel(call, name);
    if (!issue.labels.includes(label)) issue.labels.push(label);
  }
  return ok(issue.labels.map((label) => presentLabel(call.github, call.repository, label)));
}

/** GitHub makes a label that it is told of and does not know. */
function ensureLabel({ repository, github }: RepositoryCall, name: string): Label {
  const known = repository.labels.get(name.toLowerCase());
  if (known) return known;
  const label = { id: github.state.nextId(), name, color: "ededed", description: null };
  repository.labels.set(name.toLowerCase(), label);
  return label;
}
