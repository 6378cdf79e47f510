import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { openAppDeliveries } from "../world/app-deliveries.ts";
import { bumpedPins } from "../world/bumped-pins.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";
import { watchWorkflows } from "../world/watch-workflows.ts";

const QUEUED = JSON.stringify({ status: "queued" });
const DUPLICATE = JSON.stringify({ status: "duplicate" });

test("a delivery that arrives ten times at once is previewed and rolled out once, and ten more times later do nothing", async () => {
  const scene = await openInstitution();
  const { person, control, institution } = scene;
  const deliveries = openAppDeliveries(scene);
  const tenTimes = { kind: "repeat", appId: institution.appId, arrivals: 10 } as const;

  await control.addDeliveryFault({ ...tenTimes, event: "pull_request", action: "opened" });
  const pullRequest = await person.openPullRequest("Data 8: new image", await bumpedPins(scene, "data8", ["staging", "prod"]));
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({ conclusion: "success" });
  await control.addDeliveryFault({ ...tenTimes, event: "push" });
  const merged = await person.merge(pullRequest);
  expect(await person.waitForCheck(merged, "campanile / deploy")).toMatchObject({ title: "2 releases rolled out" });
  for (const name of ["pull_request.opened", "push"]) {
    const { guid } = await deliveries.newest(name);
    const attempts = (await deliveries.list()).filter((each) => each.guid === guid);
    expect(attempts.map(({ statusCode }) => statusCode)).toEqual(Array(10).fill(202));
  }
  const stories = { prod: ["in_progress", "success"], staging: ["in_progress", "success"] };
  await expectOnce(scene, pullRequest, { merged, stories });

  const [before, opened, push] = await Promise.all([
    scene.events(),
    deliveries.newest("pull_request.opened"),
    deliveries.newest("push"),
  ]);
  for (let time = 0; time < 5; time++) {
    expect(await deliveries.redeliver(push)).toBe(DUPLICATE);
    expect(await deliveries.redeliver(opened)).toBe(DUPLICATE);
  }
  expect(await scene.events()).toEqual(before);
  await expectOnce(scene, pullRequest, { merged, stories });
});

test("what ended in an error of Campanile's own runs again when its delivery is sent again, and still happens once", async () => {
  const scene = await openInstitution();
  const { person } = scene;
  const deliveries = openAppDeliveries(scene);
  const tables = await openTables(scene);
  const workflows = await watchWorkflows(scene.institution.databaseUrl);
  onTestFinished(() => workflows.close());

  await tables.lock("pull_request_comment");
  const pullRequest = await person.openPullRequest("Data 8: new image", await bumpedPins(scene, "data8", ["staging", "prod"]));
  const overall = await person.waitForCheck(pullRequest.headSha, "campanile");
  expect(overall).toMatchObject({
    conclusion: "failure",
    title: "Could not be checked: Campanile met an error of its own.",
  });
  expect(overall.summary).toContain("redeliver the webhook");
  await tables.unlock("pull_request_comment");
  await workflows.untilQuiet();
  expect(await deliveries.redeliver(await deliveries.newest("pull_request.opened"))).toBe(QUEUED);
  await workflows.untilQuiet();

  // Helm has done its work by then, and the record of it is what fails.
  await tables.lock("rollout");
  const merged = await person.merge(pullRequest);
  expect(await person.waitForCheck(merged, "campanile / deploy")).toMatchObject({ conclusion: "failure" });
  await tables.unlock("rollout");
  await workflows.untilQuiet();
  expect((await person.comments(pullRequest)).join()).toContain("Campanile met an error of its own");
  expect(await deliveries.redeliver(await deliveries.newest("push"))).toBe(QUEUED);
  await workflows.untilQuiet();
  const staging = ["in_progress", "success", "in_progress", "success"];
  await expectOnce(scene, pullRequest, { merged, stories: { prod: ["in_progress", "success"], staging } });
});

/** One revision and one GitHub Deployment per release, one good check of each name, one comment. */
async function expectOnce(
  scene: Scene,
  pullRequest: { number: number; headSha: string },
  { merged, stories }: { merged: string; stories: { prod: string[]; staging: string[] } },
): Promise<void> {
  const { person, hub } = scene;
  for (const environment of ["staging", "prod"])
    expect(await scene.revisions(`${hub("data8")}-${environment}`)).toEqual([{ revision: 1, status: "deployed", sha: merged }]);
  const deployments = await person.deployments();
  expect(deployments.map(({ environment, states }) => ({ environment, states }))).toEqual([
    { environment: `${hub("data8")}-prod`, states: stories.prod },
    { environment: `${hub("data8")}-staging`, states: stories.staging },
  ]);
  const namesOf = async (sha: string) =>
    (await person.checks(sha))
      .filter(({ conclusion }) => conclusion !== "failure")
      .map(({ name }) => name)
      .sort();
  expect(await namesOf(pullRequest.headSha)).toEqual([
    "campanile",
    "campanile / config",
    "campanile / diff (prod)",
    "campanile / diff (staging)",
  ]);
  expect(await namesOf(merged)).toEqual(["campanile / deploy"]);
  const comments = await person.comments(pullRequest);
  expect(comments).toHaveLength(1);
  expect(comments[0]).toContain("Rolled out: Data 8 on staging, then prod");
}

/** Tables of Campanile's database, which refuse to be written to while something in the database is out of order. */
async function openTables({ institution }: Scene) {
  const client = new pg.Client({ connectionString: institution.databaseUrl, options: "-c search_path=campanile" });
  await client.connect();
  onTestFinished(() => client.end());
  return {
    lock: (table: string) =>
      client.query(`create trigger out_of_order before insert on ${table} for each row execute function refuse_change()`),
    unlock: (table: string) => client.query(`drop trigger out_of_order on ${table}`),
  };
}
