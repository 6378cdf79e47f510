import { expect, test } from "vitest";
import { refused } from "./answers.ts";
import { useGitHub } from "./github-fixture.ts";

const world = useGitHub();

test("a deployment keeps what it was made with and is found by it", async () => {
  const { owner, repo, headSha } = await world.createRepository();
  const { repos } = world.app.rest;
  const make = (environment: string, task = "deploy") =>
    repos.createDeployment({ owner, repo, ref: "main", environment, task, payload: { hub: "data8" }, required_contexts: [] });
  const { data: staging } = await make("staging");
  if (!("sha" in staging)) throw new Error(`no deployment: ${staging.message}`);
  expect(staging).toMatchObject({
    sha: headSha,
    ref: "main",
    payload: { hub: "data8" },
    production_environment: false,
    creator: { login: "harbour[bot]", type: "Bot" },
    performed_via_github_app: { slug: "harbour" },
  });
  await make("production");
  await make("production", "deploy:migrations");
  const environments = async (query: Record<string, string>) =>
    (await repos.listDeployments({ owner, repo, ...query })).data.map((one) => `${one.environment} ${one.task}`);
  expect(await environments({})).toEqual(["production deploy:migrations", "production deploy", "staging deploy"]);
  expect(await environments({ environment: "staging" })).toEqual(["staging deploy"]);
  expect(await environments({ task: "deploy:migrations", sha: headSha })).toEqual(["production deploy:migrations"]);
  expect(await environments({ ref: "other" })).toEqual([]);
  const told = await world.receiver.next(
    ({ headers, payload }) =>
      headers["x-github-event"] === "deployment" && JSON.stringify(payload).includes(`"${staging.node_id}"`),
  );
  expect(told.payload).toMatchObject({ action: "created", deployment: { id: staging.id }, sender: { login: "harbour[bot]" } });
});

test("nothing is deployed while a reported check has not passed, unless none is asked for", async () => {
  const { owner, repo, headSha } = await world.createRepository();
  const { repos, checks } = world.app.rest;
  await checks.create({ owner, repo, name: "config", head_sha: headSha, conclusion: "success" });
  const { data: slow } = await checks.create({ owner, repo, name: "diff", head_sha: headSha, status: "in_progress" });
  const deployment = { owner, repo, ref: headSha };
  await refused(repos.createDeployment(deployment), 409, /status checks failed/);
  await refused(repos.createDeployment({ ...deployment, required_contexts: ["unheard"] }), 409, /status checks failed/);
  expect((await repos.createDeployment({ ...deployment, required_contexts: ["config"] })).status).toBe(201);
  expect((await repos.createDeployment({ ...deployment, required_contexts: [] })).status).toBe(201);
  await checks.update({ owner, repo, check_run_id: slow.id, conclusion: "skipped" });
  expect((await repos.createDeployment(deployment)).status).toBe(201);
  await refused(repos.createDeployment({ ...deployment, ref: "nowhere" }), 422, /No ref found/);
});

test("a branch behind the default branch is brought up to date instead of deployed", async () => {
  const { owner, repo } = await world.createRepository();
  const { control } = world.github;
  await control.commit({ owner, repo, branch: "topic", files: { a: "1\n" }, as: "ben" });
  await control.commit({ owner, repo, branch: "main", files: { b: "1\n" }, as: "ada" });
  const { repos } = world.app.rest;
  const merged = await repos.createDeployment({ owner, repo, ref: "topic" });
  expect([merged.status, merged.data]).toEqual([202, { message: "Auto-merged main into topic on deployment." }]);
  const { data: head } = await repos.getCommit({ owner, repo, ref: "topic" });
  expect(head.parents).toHaveLength(2);
  expect((await repos.createDeployment({ owner, repo, ref: "topic" })).status).toBe(201);
});

test("the statuses of a deployment are its history, and a success retires the one before", async () => {
  const { owner, repo } = await world.createRepository();
  const { repos } = world.app.rest;
  const deploy = async () => {
    const { data } = await repos.createDeployment({ owner, repo, ref: "main", environment: "staging", required_contexts: [] });
    if (!("id" in data)) throw new Error(`no deployment: ${data.message}`);
    return { owner, repo, deployment_id: data.id };
  };
  const states = async (deployment: Awaited<ReturnType<typeof deploy>>) =>
    (await repos.listDeploymentStatuses(deployment)).data.map((one) => one.state);
  const first = await deploy();
  await repos.createDeploymentStatus({ ...first, state: "in_progress" });
  const { data: done } = await repos.createDeploymentStatus({
    ...first,
    state: "success",
    description: "3 releases",
    log_url: "http://localhost/log",
    environment_url: "http://localhost/hub",
  });
  expect((await repos.getDeploymentStatus({ ...first, status_id: done.id })).data).toMatchObject({
    description: "3 releases",
    log_url: "http://localhost/log",
    target_url: "http://localhost/log",
    environment_url: "http://localhost/hub",
    environment: "staging",
  });
  expect(await states(first)).toEqual(["success", "in_progress"]);
  const second = await deploy();
  await repos.createDeploymentStatus({ ...second, state: "failure" });
  expect(await states(first)).toEqual(["success", "in_progress"]);
  await repos.createDeploymentStatus({ ...second, state: "success" });
  expect(await states(first)).toEqual(["inactive", "success", "in_progress"]);
  const told = await world.receiver.next(({ payload }) => JSON.stringify(payload.deployment_status ?? "").includes(done.node_id));
  expect(told.payload).toMatchObject({ deployment_status: { state: "success" }, deployment: { id: first.deployment_id } });
  await refused(repos.createDeploymentStatus({ ...first, deployment_id: 1, state: "success" }), 404, /Not Found/);
});
