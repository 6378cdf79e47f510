import { z } from "zod";
import { notFound } from "../http/api-error.ts";
import { created, noContent, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentReaction } from "../present/issue.ts";
import { REACTIONS, type Reaction } from "../state/issues.ts";
import { findById, findIssue } from "./find.ts";

const ON_COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
const ON_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}/reactions";
const read = { access: "repository", role: "pull", permissions: [{ issues: "read" }, { pull_requests: "read" }] } as const;
const write = { access: "repository", role: "pull", permissions: [{ issues: "write" }, { pull_requests: "write" }] } as const;

export const reactionRoutes: RepositoryEndpoint[] = [
  ...routesOn(ON_COMMENT, (call) => findById(call.repository.comments, call.param("comment_id")).reactions),
  ...routesOn(ON_ISSUE, (call) => findIssue(call).reactions),
];

function routesOn(path: string, find: (call: RepositoryCall) => Reaction[]): RepositoryEndpoint[] {
  return [
    {
      method: "GET",
      path,
      ...read,
      handle: (call) => {
        const content = call.query("content");
        const reactions = find(call).filter((one) => (content ?? one.content) === one.content);
        return ok(call.page(reactions).map((one) => presentReaction(call.github, one)));
      },
    },
    { method: "POST", path, ...write, handle: (call) => add(call, find(call)) },
    {
      method: "DELETE",
      path: `${path}/{reaction_id}`,
      ...write,
      handle: (call) => {
        const reactions = find(call);
        const index = reactions.findIndex((one) => one.id === Number(call.param("reaction_id")));
        if (index < 0) throw notFound();
        reactions.splice(index, 1);
        return noContent();
      },
    },
  ];
}

const newReaction = z.object({ content: z.enum(REACTIONS) });

/** The same reaction of the same person counts once. GitHub sends no webhook for any. */
function add(call: RepositoryCall, reactions: Reaction[]) {
  const { content } = call.body(newReaction);
  const author = call.sender();
  const known = reactions.find((one) => one.author === author && one.content === content);
  if (known) return ok(presentReaction(call.github, known));
  const reaction: Reaction = { id: call.github.state.nextId(), author, content, createdAt: call.github.now() };
  reactions.push(reaction);
  call.github.emit({
    event: "reaction",
    action: "created",
    repository: call.repository,
    sender: author,
    fields: { reaction: presentReaction(call.github, reaction) },
    isDelivered: false,
  });
  return created(presentReaction(call.github, reaction));
}
