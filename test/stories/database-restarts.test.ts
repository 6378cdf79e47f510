import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { startKeeper } from "../../app/local/world/keep-processes.ts";
import { startPostgres } from "../../app/local/world/start-postgres.ts";
import { bumpedPins } from "../world/bumped-pins.ts";
import { openInstitution } from "../world/open-institution.ts";
import { watchWorkflows } from "../world/watch-workflows.ts";

const HUBS = ["data8", "data100", "prob140"];

test("PostgreSQL restarts while three hubs roll out and two pull requests are previewed: all of it ends well, and nothing happens twice", async () => {
  const dir = path.join(inject("world").dir, "institutions", `restarted-${randomUUID()}`);
  const keeper = startKeeper();
  onTestFinished(() => keeper.close());
  const postgres = await startPostgres({ dir, logDir: dir, keeper });
  const scene = await openInstitution({ hubs: HUBS, databaseUrl: postgres.url });
  const { person, hub, institution } = scene;

  const bumps = await Promise.all(HUBS.map((name) => bumpedPins(scene, name, ["staging"])));
  const merged = await person.push("New images for all", Object.assign({}, ...bumps));
  await person.until("the first staging is being rolled out", async () => (await person.deployments())[0]);
  const pullRequests = [];
  for (const name of ["data8", "data100"]) {
    const file = `hubs/${hub(name)}/values/common.yaml`;
    const changed = (await person.readFile(file)).replace(/limit: \d+G/, "limit: 7G");
    pullRequests.push(await person.openPullRequest(`${name}: more memory`, { [file]: changed }));
  }
  await postgres.restart();
  await person.until("a prod is being rolled out", async () =>
    (await person.deployments()).find(({ environment }) => environment.endsWith("-prod")),
  );
  await postgres.restart();

  expect(await person.waitForCheck(merged, "campanile / deploy")).toMatchObject({ title: "6 releases rolled out" });
  for (const pullRequest of pullRequests)
    expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({ conclusion: "success" });
  const workflows = await watchWorkflows(postgres.url);
  await workflows.untilQuiet().finally(() => workflows.close());

  const releases = HUBS.flatMap((name) => [`${hub(name)}-prod`, `${hub(name)}-staging`]);
  for (const release of releases)
    expect(await scene.revisions(release)).toEqual([{ revision: 1, status: "deployed", sha: merged }]);
  const deployments = (await person.deployments()).map(({ environment, states }) => `${environment}: ${states.join(", ")}`);
  expect(deployments.sort()).toEqual(releases.map((release) => `${release}: in_progress, success`).sort());
  for (const { number, headSha } of pullRequests) {
    expect(await person.comments({ number })).toHaveLength(1);
    expect((await person.checks(headSha)).map(({ name, conclusion }) => `${name}: ${conclusion}`).sort()).toEqual([
      "campanile / config: success",
      "campanile / diff (prod): success",
      "campanile / diff (staging): success",
      "campanile: success",
    ]);
  }
  expect((await person.checks(merged)).map(({ name }) => name)).toEqual(["campanile / deploy"]);
  // One process saw it all through, and said what it missed.
  const log = await readFile(institution.campanile.logFile, "utf8");
  expect(log.match(/Campanile is ready/g)).toHaveLength(1);
  expect(log).toContain("Database connection failed");

  // Whoever is woken up by figures is not left without them by a database that is away.
  await postgres.stop();
  const metrics = await fetch(`${institution.campanileUrl}/metrics`);
  expect(metrics.status).toBe(200);
  expect(await metrics.text()).toContain("campanile_deliveries_total");
});
