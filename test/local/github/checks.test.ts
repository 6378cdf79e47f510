import { expect, test } from "vitest";
import { refused } from "./answers.ts";
import { useGitHub } from "./github-fixture.ts";

const world = useGitHub();

const annotations = (count: number) =>
  Array.from({ length: count }, (_, line) => ({
    path: "hub.yaml",
    start_line: line + 1,
    end_line: line + 1,
    annotation_level: "warning" as const,
    message: `line ${line + 1}`,
  }));

test("a check run takes fifty annotations a call, and an update adds to them", async () => {
  const { owner, repo, headSha } = await world.createRepository();
  const { checks } = world.app.rest;
  const output = { title: "Config", summary: "60 findings" };
  const run = { owner, repo, name: "config", head_sha: headSha };
  await refused(checks.create({ ...run, output: { ...output, annotations: annotations(51) } }), 422, /Validation Failed/);
  const { data: created } = await checks.create({ ...run, output: { ...output, annotations: annotations(50) } });
  expect(created).toMatchObject({
    status: "queued",
    conclusion: null,
    output: { annotations_count: 50 },
    app: { slug: "harbour" },
  });
  const { data: updated } = await checks.update({
    owner,
    repo,
    check_run_id: created.id,
    conclusion: "failure",
    output: { ...output, annotations: annotations(10) },
  });
  expect(updated).toMatchObject({ status: "completed", conclusion: "failure", output: { annotations_count: 60 } });
  expect(updated.completed_at).not.toBe(null);
  const all = await world.app.paginate(checks.listAnnotations, { owner, repo, check_run_id: created.id, per_page: 25 });
  expect(all.map((one) => one.start_line)).toEqual([...annotations(50), ...annotations(10)].map((one) => one.start_line));
});

test("a check run must say how it ended, and only an App makes and changes its own", async () => {
  const { owner, repo, headSha } = await world.createRepository();
  const run = { owner, repo, name: "config", head_sha: headSha };
  await refused(world.app.rest.checks.create({ ...run, status: "completed" }), 422, /Validation Failed/);
  await refused(world.app.rest.checks.create({ ...run, head_sha: "f".repeat(40) }), 422, /No commit found/);
  await refused(world.as(world.tokens.ben).rest.checks.create(run), 403, /via a GitHub App/);
});

test("of several check runs with one name the newest counts", async () => {
  const { owner, repo, headSha } = await world.createRepository();
  const { checks } = world.app.rest;
  const run = { owner, repo, head_sha: headSha };
  const { data: old } = await checks.create({ ...run, name: "config", conclusion: "failure" });
  const { data: fresh } = await checks.create({ ...run, name: "config", conclusion: "success", external_id: "second" });
  const { data: other } = await checks.create({ ...run, name: "diff", status: "in_progress" });
  const list = async (query: Record<string, unknown>) => {
    const { data } = await checks.listForRef({ owner, repo, ref: "main", ...query });
    return data.check_runs.map((one) => one.id).sort();
  };
  expect(await list({})).toEqual([fresh.id, other.id]);
  expect(await list({ filter: "all" })).toEqual([old.id, fresh.id, other.id]);
  expect(await list({ check_name: "config" })).toEqual([fresh.id]);
  expect(await list({ status: "in_progress" })).toEqual([other.id]);
  expect(await list({ app_id: world.appId + 1 })).toEqual([]);
  const { data } = await checks.listSuitesForRef({ owner, repo, ref: headSha });
  expect(data.check_suites).toMatchObject([{ status: "in_progress", conclusion: null, latest_check_runs_count: 2 }]);
  await checks.update({ owner, repo, check_run_id: other.id, conclusion: "neutral" });
  const suite = { owner, repo, check_suite_id: data.check_suites[0]?.id ?? 0 };
  expect((await checks.getSuite(suite)).data).toMatchObject({ status: "completed", conclusion: "success" });
  expect((await checks.listForSuite(suite)).data.total_count).toBe(2);
});

test("a push asks the App for checks, and a person can ask again", async () => {
  const { owner, repo } = await world.createRepository();
  const { sha } = await world.github.control.commit({ owner, repo, branch: "main", files: { a: "1\n" }, as: "ben" });
  const told = (action: string) =>
    world.receiver.next(({ payload }) => payload.action === action && JSON.stringify(payload).includes(sha));
  expect((await told("requested")).payload).toMatchObject({
    check_suite: { head_sha: sha, head_branch: "main", status: "queued" },
  });
  const { data: run } = await world.app.rest.checks.create({ owner, repo, name: "config", head_sha: sha, conclusion: "failure" });
  expect((await told("created")).payload).toMatchObject({ check_run: { id: run.id } });
  await world.as(world.tokens.ben).rest.checks.rerequestRun({ owner, repo, check_run_id: run.id });
  expect((await told("rerequested")).payload).toMatchObject({ check_run: { id: run.id }, sender: { login: "ben" } });
});

test("statuses of a commit are listed newest first and add up to one", async () => {
  const { owner, repo, headSha } = await world.createRepository();
  const { repos } = world.app.rest;
  const at = { owner, repo, sha: headSha };
  const combined = async () => (await repos.getCombinedStatusForRef({ owner, repo, ref: "main" })).data;
  expect(await combined()).toMatchObject({ state: "pending", total_count: 0 });
  await repos.createCommitStatus({ ...at, state: "pending", context: "build" });
  await repos.createCommitStatus({ ...at, state: "success", context: "build", description: "in 3 s" });
  expect(await combined()).toMatchObject({ state: "success", total_count: 1, sha: headSha });
  await repos.createCommitStatus({ ...at, state: "error", context: "scan" });
  expect(await combined()).toMatchObject({ state: "failure", total_count: 2 });
  const { data } = await repos.listCommitStatusesForRef({ owner, repo, ref: headSha });
  expect(data.map((one) => [one.context, one.state])).toEqual([
    ["scan", "error"],
    ["build", "success"],
    ["build", "pending"],
  ]);
});

test("a protected branch waits for its required check, then for a head that is up to date", async () => {
  const at = await world.createRepository();
  const { owner, repo } = at;
  const ada = world.as(world.tokens.ada);
  const ben = world.as(world.tokens.ben);
  const rules = {
    required_status_checks: { strict: true, contexts: [], checks: [{ context: "campus", app_id: world.appId }] },
    enforce_admins: true,
    required_pull_request_reviews: null,
    restrictions: null,
  };
  await refused(ben.rest.repos.updateBranchProtection({ owner, repo, branch: "main", ...rules }), 403, /admin rights/);
  await ada.rest.repos.updateBranchProtection({ owner, repo, branch: "main", ...rules });
  expect((await ben.rest.repos.getBranch({ owner, repo, branch: "main" })).data.protected).toBe(true);
  const pull = await world.openPullRequest(at);
  const merge = () => ben.rest.pulls.merge({ owner, repo, pull_number: pull.number });
  const report = (conclusion: "failure" | "success", head_sha = pull.headSha) =>
    world.app.rest.checks.create({ owner, repo, name: "campus", head_sha, conclusion });

  await refused(merge(), 405, /"campus" is expected/);
  // A status of that name is not the App's check run.
  await ben.rest.repos.createCommitStatus({ owner, repo, sha: pull.headSha, state: "success", context: "campus" });
  await refused(merge(), 405, /"campus" is expected/);
  await report("failure");
  await refused(merge(), 405, /"campus" is failing/);
  await report("success");
  await world.github.control.commit({ owner, repo, branch: "main", files: { b: "1\n" }, as: "ada" });
  await refused(merge(), 405, /out of date/);
  await ada.rest.repos.deleteBranchProtection({ owner, repo, branch: "main" });
  expect((await merge()).data.merged).toBe(true);
});

test("a ruleset is kept to while it is active, and is told of with the branch", async () => {
  const at = await world.createRepository();
  const { owner, repo } = at;
  const ada = world.as(world.tokens.ada);
  const { data: ruleset } = await ada.rest.repos.createRepoRuleset({
    owner,
    repo,
    name: "main is checked",
    enforcement: "active",
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    rules: [
      {
        type: "required_status_checks",
        parameters: { required_status_checks: [{ context: "campus" }], strict_required_status_checks_policy: false },
      },
    ],
  });
  const branchRules = async (branch: string) => (await ada.rest.repos.getBranchRules({ owner, repo, branch })).data;
  expect(await branchRules("main")).toMatchObject([{ type: "required_status_checks", ruleset_id: ruleset.id }]);
  expect(await branchRules("topic")).toEqual([]);
  const pull = await world.openPullRequest(at);
  const state = async () => (await ada.rest.pulls.get({ owner, repo, pull_number: pull.number })).data.mergeable_state;
  await world.waitFor("pull_request.mergeability_known", (details) => details.head_sha === pull.headSha);
  expect(await state()).toBe("blocked");
  const ben = world.as(world.tokens.ben);
  await refused(ben.rest.pulls.merge({ owner, repo, pull_number: pull.number }), 405, /"campus" is expected/);
  await ben.rest.repos.createCommitStatus({ owner, repo, sha: pull.headSha, state: "success", context: "campus" });
  expect(await state()).toBe("clean");
  await ben.rest.pulls.merge({ owner, repo, pull_number: pull.number });
  await ada.rest.repos.deleteRepoRuleset({ owner, repo, ruleset_id: ruleset.id });
  expect(await branchRules("main")).toEqual([]);
});

test("an approval counts when it comes from someone else who may write, until that person asks for changes", async () => {
  const at = await world.createRepository();
  const { owner, repo } = at;
  const [ada, ben, eve] = [world.as(world.tokens.ada), world.as(world.tokens.ben), world.as(world.tokens.eve)];
  await ada.rest.repos.updateBranchProtection({
    owner,
    repo,
    branch: "main",
    required_status_checks: null,
    enforce_admins: null,
    required_pull_request_reviews: { required_approving_review_count: 1 },
    restrictions: null,
  });
  const pull = await world.openPullRequest(at);
  const query = { owner, repo, pull_number: pull.number };
  await refused(ben.rest.pulls.createReview({ ...query, event: "APPROVE" }), 422, /approve your own/);
  await eve.rest.pulls.createReview({ ...query, event: "APPROVE" });
  await refused(ben.rest.pulls.merge(query), 405, /approving review is required/);
  await ada.rest.pulls.createReview({ ...query, event: "APPROVE" });
  await ada.rest.pulls.createReview({ ...query, event: "REQUEST_CHANGES", body: "Not yet" });
  await refused(ben.rest.pulls.merge(query), 405, /approving review is required/);
  const { data: last } = await ada.rest.pulls.createReview({ ...query, event: "APPROVE" });
  await ada.rest.pulls.createReview({ ...query, event: "COMMENT", body: "Thanks" });
  expect((await ben.rest.pulls.getReview({ ...query, review_id: last.id })).data).toMatchObject({
    state: "APPROVED",
    commit_id: pull.headSha,
    user: { login: "ada" },
  });
  const { data: reviews } = await ben.rest.pulls.listReviews(query);
  expect(reviews.map((one) => one.state)).toEqual(["APPROVED", "APPROVED", "CHANGES_REQUESTED", "APPROVED", "COMMENTED"]);
  const told = await world.receiver.next(
    ({ headers, payload }) =>
      headers["x-github-event"] === "pull_request_review" && JSON.stringify(payload.review).includes(String(last.id)),
  );
  expect(told.payload).toMatchObject({ action: "submitted", review: { state: "approved" }, sender: { login: "ada" } });
  expect((await ben.rest.pulls.merge(query)).data.merged).toBe(true);
});
