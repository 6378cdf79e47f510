import { z } from "zod";
import { unprocessable } from "../http/api-error.ts";
import { ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { presentPullRequestSimple, presentReview } from "../present/pull-request.ts";
import type { Review } from "../state/issues.ts";
import { findById, findPullRequest } from "./find.ts";

const PATH = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews";
const read = { access: "repository", role: "pull", permissions: [{ pull_requests: "read" }] } as const;

export const reviewRoutes: RepositoryEndpoint[] = [
  {
    method: "GET",
    path: PATH,
    ...read,
    handle: (call) => {
      const pull = findPullRequest(call);
      return ok(call.page(pull.reviews).map((review) => presentReview(call.github, pull, review)));
    },
  },
  {
    method: "GET",
    path: `${PATH}/{review_id}`,
    ...read,
    handle: (call) => {
      const pull = findPullRequest(call);
      const reviews = new Map(pull.reviews.map((review) => [review.id, review]));
      return ok(presentReview(call.github, pull, findById(reviews, call.param("review_id"))));
    },
  },
  {
    method: "POST",
    path: PATH,
    access: "repository",
    role: "pull",
    permissions: [{ pull_requests: "write" }],
    handle: create,
  },
];

const newReview = z.object({
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]).optional(),
  body: z.string().default(""),
  commit_id: z.string().optional(),
});
const STATES = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

function create(call: RepositoryCall) {
  const pull = findPullRequest(call);
  const { event, body, commit_id } = call.body(newReview);
  const author = call.sender();
  if (author === pull.issue.author && event === "APPROVE") throw unprocessable("Can not approve your own pull request");
  if (author === pull.issue.author && event === "REQUEST_CHANGES") {
    throw unprocessable("Can not request changes on your own pull request");
  }
  const review: Review = {
    id: call.github.state.nextId(),
    author,
    state: event === undefined ? "PENDING" : STATES[event],
    body,
    commitSha: commit_id ?? pull.head.sha,
    submittedAt: call.github.now(),
  };
  pull.reviews.push(review);
  const shown = presentReview(call.github, pull, review);
  if (event !== undefined) {
    call.github.emit({
      event: "pull_request_review",
      action: "submitted",
      repository: call.repository,
      sender: author,
      // A payload says the state in small letters.
      fields: {
        review: { ...shown, state: review.state.toLowerCase(), updated_at: shown.submitted_at },
        pull_request: presentPullRequestSimple(call.github, pull),
      },
    });
  }
  return ok(shown);
}
