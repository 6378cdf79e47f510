import { z } from "zod";
import { ApiError, invalid } from "../http/api-error.ts";
import { created, noContent, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentComment, presentIssue } from "../present/issue.ts";
import { isRoleAtLeast } from "../state/accounts.ts";
import type { IssueComment } from "../state/issues.ts";
import { roleOf } from "../state/state.ts";
import { findById, findIssue } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ issues: "read" }, { pull_requests: "read" }] } as const;
const write = { access: "repository", role: "pull", permissions: [{ issues: "write" }, { pull_requests: "write" }] } as const;

export const issueCommentRoutes: RepositoryEndpoint[] = [
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    ...read,
    handle: (call) => ok(call.page(findIssue(call).comments).map((one) => present(call, one))),
  },
  { method: "POST", path: "/repos/{owner}/{repo}/issues/{issue_number}/comments", ...write, handle: create },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/issues/comments/{comment_id}",
    ...read,
    handle: (call) => ok(present(call, findById(call.repository.comments, call.param("comment_id")))),
  },
  { method: "PATCH", path: "/repos/{owner}/{repo}/issues/comments/{comment_id}", ...write, handle: update },
  { method: "DELETE", path: "/repos/{owner}/{repo}/issues/comments/{comment_id}", ...write, handle: remove },
];

const BODY_LIMIT_CHARACTERS = 65_536;
const commentBody = z.object({ body: z.string() });

function create(call: RepositoryCall) {
  const issue = findIssue(call);
  const at = call.github.now();
  const comment: IssueComment = {
    id: call.github.state.nextId(),
    issue,
    author: call.sender(),
    viaApp: call.viaApp(),
    body: readBody(call),
    reactions: [],
    createdAt: at,
    updatedAt: at,
  };
  issue.comments.push(comment);
  call.repository.comments.set(comment.id, comment);
  emit(call, comment, "created");
  const shown = present(call, comment);
  return { ...created(shown), headers: { location: shown.url } };
}

function update(call: RepositoryCall) {
  const comment = findOwn(call);
  const from = comment.body;
  comment.body = readBody(call);
  comment.updatedAt = call.github.now();
  emit(call, comment, "edited", { changes: { body: { from } } });
  return ok(present(call, comment));
}

function remove(call: RepositoryCall) {
  const comment = findOwn(call);
  comment.issue.comments = comment.issue.comments.filter((one) => one !== comment);
  call.repository.comments.delete(comment.id);
  emit(call, comment, "deleted");
  return noContent();
}

function readBody(call: RepositoryCall): string {
  const { body } = call.body(commentBody);
  if (body.trim() === "")
    throw invalid({ resource: "IssueComment", field: "data", code: "unprocessable", message: "Body cannot be blank" });
  if (body.length > BODY_LIMIT_CHARACTERS) {
    const message = `body is too long (maximum is ${BODY_LIMIT_CHARACTERS} characters)`;
    throw invalid({ resource: "IssueComment", field: "body", code: "custom", message });
  }
  return body;
}

/** A comment is its author's; others need the right to write to the repository. */
function findOwn(call: RepositoryCall): IssueComment {
  const comment = findById(call.repository.comments, call.param("comment_id"));
  const { actor, github, repository } = call;
  const isAllowed =
    actor.kind === "installation" ||
    comment.author === call.sender() ||
    isRoleAtLeast(roleOf(github.state, repository, call.sender()), "push");
  if (!isAllowed) throw new ApiError(403, "Must have admin rights to Repository.");
  return comment;
}

function emit(call: RepositoryCall, comment: IssueComment, action: string, more: Record<string, unknown> = {}): void {
  call.github.emit({
    event: "issue_comment",
    action,
    repository: call.repository,
    sender: call.sender(),
    fields: {
      issue: presentIssue(call.github, call.repository, comment.issue),
      comment: present(call, comment),
      ...more,
    },
  });
}

const present = (call: RepositoryCall, comment: IssueComment) => presentComment(call.github, call.repository, comment);
