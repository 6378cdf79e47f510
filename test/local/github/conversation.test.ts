import { expect, test } from "vitest";
import { refused } from "./answers.ts";
import { useGitHub } from "./github-fixture.ts";

const world = useGitHub();

async function openIssue() {
  const { owner, repo } = await world.createRepository();
  const { data } = await world.as(world.tokens.ben).rest.issues.create({ owner, repo, title: "The hub is slow" });
  return { owner, repo, issue_number: data.number };
}

test("a comment is made, edited and deleted, and each is told with what was before", async () => {
  const issue = await openIssue();
  const { owner, repo } = issue;
  const { issues } = world.app.rest;
  const { data: comment } = await issues.createComment({ ...issue, body: "Looking" });
  expect(comment).toMatchObject({ user: { login: "harbour[bot]" }, performed_via_github_app: { slug: "harbour" } });
  const query = { owner, repo, comment_id: comment.id };
  expect((await issues.updateComment({ ...query, body: "Found it" })).data.body).toBe("Found it");
  expect((await issues.listComments(issue)).data.map((one) => one.body)).toEqual(["Found it"]);
  await issues.deleteComment(query);
  await refused(issues.getComment(query), 404, /Not Found/);
  expect((await issues.listComments(issue)).data).toEqual([]);
  const told = (action: string) =>
    world.receiver.next(
      ({ payload }) => payload.action === action && JSON.stringify(payload.comment ?? "").includes(comment.node_id),
    );
  expect((await told("created")).payload).toMatchObject({ comment: { body: "Looking" }, issue: { number: issue.issue_number } });
  expect((await told("edited")).payload).toMatchObject({ comment: { body: "Found it" }, changes: { body: { from: "Looking" } } });
  expect((await told("deleted")).payload).toMatchObject({ sender: { login: "harbour[bot]" } });
});

test("a comment has words, not too many, and is changed only by its author and those who may write", async () => {
  const issue = await openIssue();
  const { owner, repo } = issue;
  const eve = world.as(world.tokens.eve);
  await refused(eve.rest.issues.createComment({ ...issue, body: " \n" }), 422, /Validation Failed/);
  await refused(eve.rest.issues.createComment({ ...issue, body: "x".repeat(65_537) }), 422, /Validation Failed/);
  const { data: mine } = await eve.rest.issues.createComment({ ...issue, body: "x".repeat(65_536) });
  const { data: bens } = await world.as(world.tokens.ben).rest.issues.createComment({ ...issue, body: "Hello" });
  await eve.rest.issues.updateComment({ owner, repo, comment_id: mine.id, body: "shorter" });
  await refused(eve.rest.issues.updateComment({ owner, repo, comment_id: bens.id, body: "mine" }), 403, /admin rights/);
  await world.as(world.tokens.ben).rest.issues.deleteComment({ owner, repo, comment_id: mine.id });
});

test("a reaction counts once for each person", async () => {
  const issue = await openIssue();
  const { owner, repo } = issue;
  const { data: comment } = await world.as(world.tokens.ben).rest.issues.createComment({ ...issue, body: "/rollback" });
  const query = { owner, repo, comment_id: comment.id };
  const { reactions } = world.app.rest;
  const first = await reactions.createForIssueComment({ ...query, content: "eyes" });
  const second = await reactions.createForIssueComment({ ...query, content: "eyes" });
  expect([first.status, second.status, second.data.id]).toEqual([201, 200, first.data.id]);
  await world.as(world.tokens.eve).rest.reactions.createForIssueComment({ ...query, content: "+1" });
  const seen = async () => (await reactions.listForIssueComment(query)).data.map((one) => `${one.user?.login} ${one.content}`);
  expect(await seen()).toEqual(["harbour[bot] eyes", "eve +1"]);
  expect((await world.app.rest.issues.getComment(query)).data.reactions).toMatchObject({ total_count: 2, eyes: 1, "+1": 1 });
  await reactions.deleteForIssueComment({ ...query, reaction_id: first.data.id });
  expect(await seen()).toEqual(["eve +1"]);
  expect((await reactions.createForIssue({ ...issue, content: "rocket" })).status).toBe(201);
  expect((await reactions.listForIssue(issue)).data).toHaveLength(1);
});

test("issues and pull requests share their numbers, and a label that is not known is made", async () => {
  const issue = await openIssue();
  const pull = await world.openPullRequest(issue);
  expect(pull.number).toBe(issue.issue_number + 1);
  const { issues, pulls } = world.app.rest;
  await issues.addLabels({ ...issue, issue_number: pull.number, labels: ["hold", "hold"] });
  const { data } = await pulls.get({ owner: issue.owner, repo: issue.repo, pull_number: pull.number });
  expect(data.labels.map((label) => label.name)).toEqual(["hold"]);
  const { data: all } = await issues.listForRepo({ owner: issue.owner, repo: issue.repo });
  expect(all.map((one) => [one.number, one.pull_request !== undefined])).toEqual([
    [pull.number, true],
    [issue.issue_number, false],
  ]);
  await refused(pulls.get({ owner: issue.owner, repo: issue.repo, pull_number: issue.issue_number }), 404, /Not Found/);
});

test("an issue is opened, edited, closed and opened again, and each is told", async () => {
  const { owner, repo } = await world.createRepository();
  const { issues } = world.app.rest;
  const { data: issue } = await issues.create({ owner, repo, title: "The hub is slow", body: "Since this morning" });
  const at = { owner, repo, issue_number: issue.number };
  await issues.update({ ...at, title: "The hub is down" });
  expect((await issues.update({ ...at, state: "closed" })).data).toMatchObject({
    title: "The hub is down",
    body: "Since this morning",
    state: "closed",
    state_reason: "completed",
  });
  expect((await issues.listForRepo({ owner, repo })).data).toEqual([]);
  await issues.update({ ...at, state: "closed" });
  await issues.update({ ...at, state: "open" });
  const told = async (action: string) =>
    (await world.receiver.next(({ headers, payload }) => headers["x-github-event"] === "issues" && payload.action === action))
      .payload;
  expect(await told("opened")).toMatchObject({ issue: { number: issue.number, state: "open" } });
  expect(await told("edited")).toMatchObject({ changes: { title: { from: "The hub is slow" } } });
  expect(await told("closed")).toMatchObject({ issue: { state: "closed" } });
  expect(await told("reopened")).toMatchObject({ issue: { closed_at: null } });
  await refused(world.as(world.tokens.eve).rest.issues.update({ ...at, title: "Mine" }), 403, /./);
});
