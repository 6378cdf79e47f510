import { expect, onTestFinished, test } from "vitest";
import { startSchemaChecker } from "../../../app/local/github/schema/start-schema-checker.ts";
import { OPENAPI_PATH, useGitHub } from "./github-fixture.ts";

const world = useGitHub();

async function startChecker() {
  const checker = await startSchemaChecker(OPENAPI_PATH);
  onTestFinished(() => checker.close());
  return checker;
}

test("an answer that GitHub never gives is found, with what is wrong with it", async () => {
  const checker = await startChecker();
  const { owner, repo } = await world.createRepository();
  const { data: real } = await world.app.rest.repos.get({ owner, repo });
  const { full_name: _, ...nameless } = real;
  const check = (body: unknown, status = 200) =>
    checker.check({ kind: "answer", method: "GET", path: "/repos/{owner}/{repo}", status, json: JSON.stringify(body) });
  check(real);
  expect(await checker.violations()).toEqual([]);
  check(nameless);
  check({ ...real, id: String(real.id), owner: { ...real.owner, type: null } });
  check(real, 203);
  expect(await checker.violations()).toEqual([
    { of: "GET /repos/{owner}/{repo} 200", problems: ["/ must have required property 'full_name'"] },
    {
      of: "GET /repos/{owner}/{repo} 200",
      problems: expect.arrayContaining(["/id must be integer", "/owner/type must be string"]),
    },
    { of: "GET /repos/{owner}/{repo} 203", problems: ["GitHub's description has no such answer"] },
  ]);
});

test("a body where there is none, and none where there is one, are found", async () => {
  const checker = await startChecker();
  const path = "/repos/{owner}/{repo}/git/refs/{ref}";
  checker.check({ kind: "answer", method: "DELETE", path, status: 204, json: undefined });
  expect(await checker.violations()).toEqual([]);
  checker.check({ kind: "answer", method: "DELETE", path, status: 204, json: "{}" });
  checker.check({ kind: "answer", method: "GET", path: "/app", status: 200, json: undefined });
  expect((await checker.violations()).map((one) => one.problems)).toEqual([
    ["GitHub sends no body here"],
    ["GitHub sends a body here"],
  ]);
});

test("a webhook that GitHub never sends is found", async () => {
  const checker = await startChecker();
  const at = await world.createRepository();
  await world.openPullRequest(at);
  const { body, payload } = await world.receiver.next((one) => one.headers["x-github-event"] === "pull_request");
  const check = (event: string, action: string, json: string) => checker.check({ kind: "webhook", event, action, json });
  check("pull_request", "opened", body);
  expect(await checker.violations()).toEqual([]);
  check("pull_request", "opened", JSON.stringify({ ...payload, number: "1" }));
  check("pull_request", "eaten", body);
  expect(await checker.violations()).toEqual([
    { of: "pull_request.opened", problems: ["/number must be integer"] },
    { of: "pull_request.eaten", problems: ["GitHub's description has no such webhook"] },
  ]);
});

test("a description that is not there is said at once", async () => {
  await expect(startSchemaChecker(`${OPENAPI_PATH}.missing`)).rejects.toThrow("ENOENT");
});
