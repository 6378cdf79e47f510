import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import type { PullRequest } from "../../app/local/world/person.ts";
import { createStepHolder, type StepHolder } from "../world/hold-steps.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";

const MINUTES = 60_000;
const PREVIEW_CHECKS = ["campanile", "campanile / config", "campanile / diff (prod)", "campanile / diff (staging)"];

test(
  "Campanile is killed once at every step of a preview and of the rollout that follows: the end is the same, and nothing happens twice",
  async () => {
    const scene = await openInstitution();
    const { person, institution } = scene;
    const holder = await createStepHolder(institution.databaseUrl);
    onTestFinished(() => holder.close());

    await holder.begin();
    const pullRequest = await person.openPullRequest("Data 8: more memory", await memory(scene, 3));
    const previewSteps = await killAtEachStep(scene, holder, () => expectNothingTwice(scene, { pullRequest }));
    expect(await verdicts(scene, pullRequest.headSha)).toEqual(PREVIEW_CHECKS.map((name) => `${name}: success`).sort());
    expect(await person.comments(pullRequest)).toHaveLength(1);
    // What a preview and a rollout consist of may grow; that it is seen at all may not get lost.
    expect(namesOf(previewSteps)).toEqual(
      expect.arrayContaining([
        "read change",
        "evaluate",
        "write comment",
        ...PREVIEW_CHECKS.map((name) => `start ${name}`),
        ...PREVIEW_CHECKS.map((name) => `conclude ${name}`),
        "end",
      ]),
    );

    const merged = await person.merge(pullRequest);
    const steps = await killAtEachStep(scene, holder, () => expectNothingTwice(scene, { pullRequest, merged }));
    const ofRollout = ["begin rollout", "observe 1", "announce rollout", "upgrade 1", "verify 2", "record rollout", "end"];
    for (const environment of ["staging", "prod"]) {
      const own = steps.filter((step) => step.startsWith("rollout ") && step.includes(`/${environment} `));
      expect(namesOf(own)).toEqual(expect.arrayContaining(ofRollout));
    }
    expect(namesOf(steps.filter((step) => step.startsWith("deploy-hub ")))).toEqual(
      expect.arrayContaining(["tell staging", "tell prod", "end"]),
    );
    expect(namesOf(steps.filter((step) => step.startsWith("deploy #")))).toEqual(
      expect.arrayContaining(["start deploy check", "plan deploy", "record deploy", "tell the end", "conclude deploy check"]),
    );
    await expectGoodEnd(scene, pullRequest, merged);
  },
  15 * MINUTES,
);

test(
  "Campanile is killed once at every step of a rollout that fails on staging: prod stays as it is, and it is told once",
  async () => {
    const scene = await openInstitution();
    const { person, hub, institution } = scene;
    const start = await person.push("Describe our hubs", { "NOTES.md": "The first commit that Campanile sees.\n" });
    await person.waitForCheck(start, "campanile / deploy");
    const pullRequest = await person.openPullRequest("Data 8: an image that was never pushed", await missingImage(scene));
    await person.waitForCheck(pullRequest.headSha, "campanile");

    const holder = await createStepHolder(institution.databaseUrl);
    onTestFinished(() => holder.close());
    await holder.begin();
    const merged = await person.merge(pullRequest);
    const steps = await killAtEachStep(scene, holder, () => expectNothingTwice(scene, { pullRequest, merged }));
    expect(namesOf(steps)).toEqual(
      expect.arrayContaining([
        "upgrade 1",
        "record rollout",
        "tell staging",
        "hold prod",
        "tell the end",
        "conclude deploy check",
      ]),
    );
    expect(await verdicts(scene, merged)).toEqual(["campanile / deploy: failure"]);
    expect((await scene.revisions(`${hub("data8")}-staging`)).at(-1)).toMatchObject({
      revision: 2,
      status: "failed",
      sha: merged,
    });
    expect(await scene.revisions(`${hub("data8")}-prod`)).toEqual([{ revision: 1, status: "deployed", sha: start }]);
    const deployments = (await person.deployments()).filter(({ sha }) => sha === merged);
    expect(deployments.map(({ environment, states }) => ({ environment, states }))).toEqual([
      { environment: `${hub("data8")}-staging`, states: ["in_progress", "failure"] },
    ]);
    const comments = await person.comments(pullRequest);
    expect(comments).toHaveLength(1);
    expect(comments[0]).toContain(`Rollout failed on ${hub("data8")}-staging; ${hub("data8")}-prod was not touched`);
  },
  15 * MINUTES,
);

test("Campanile is killed while Helm is at work: Helm ends by itself, and what it did is found and counted once", async () => {
  const scene = await openInstitution();
  const { person, hub, institution } = scene;
  const pullRequest = await person.openPullRequest("Data 8: more memory", await memory(scene, 3));
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const merged = await person.merge(pullRequest);
  await scene.untilRevision(`${hub("data8")}-staging`, merged);
  await institution.campanile.stop("SIGKILL");
  await institution.campanile.start();
  await person.waitForCheck(merged, "campanile / deploy");
  await expectGoodEnd(scene, pullRequest, merged);
});

test("what a Campanile with other steps had under way when it was killed is begun again by its successor, and ends as it would have", async () => {
  const scene = await openInstitution();
  const { person, hub, institution } = scene;
  const database = new pg.Client({ connectionString: institution.databaseUrl });
  await database.connect();
  onTestFinished(() => database.end());
  const pullRequest = await person.openPullRequest("Data 8: more memory", await memory(scene, 3));
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const merged = await person.merge(pullRequest);
  await scene.untilRevision(`${hub("data8")}-staging`, merged);
  await institution.campanile.stop("SIGKILL");
  const { rows } = await database.query<{ name: string }>(
    "update dbos.workflow_status set application_version = 'other steps' where status in ('PENDING', 'ENQUEUED') returning name",
  );
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(["deploy", "deploy-hub", "rollout"]));
  await institution.campanile.start();
  await person.waitForCheck(merged, "campanile / deploy");
  await expectGoodEnd(scene, pullRequest, merged);
});

/** @returns the steps, in the order in which they were killed */
async function killAtEachStep({ institution }: Scene, holder: StepHolder, look: () => Promise<void>): Promise<string[]> {
  const steps: string[] = [];
  for (let step: string | undefined = await holder.untilHeld(); step !== undefined; step = await holder.findNext()) {
    steps.push(step);
    await institution.campanile.stop("SIGKILL");
    await holder.drop(step);
    await look();
    await institution.campanile.start();
  }
  return steps;
}

/** `upgrade 1` of `rollout /data8/prod #3 upgrade 1`. */
function namesOf(steps: readonly string[]): string[] {
  return steps.map((step) => step.replace(/^\S+ (\/\S+ )?(#\d+ )?/, ""));
}

/** Right after each crash, so that a failing test names the step. */
async function expectNothingTwice(
  scene: Scene,
  { pullRequest, merged }: { pullRequest: PullRequest; merged?: string },
): Promise<void> {
  const { person, hub } = scene;
  const releases = ["staging", "prod"].map((environment) => `${hub("data8")}-${environment}`);
  const [checks, comments, deployments, ...revisions] = await Promise.all([
    person.checks(merged ?? pullRequest.headSha),
    person.comments(pullRequest),
    person.deployments(),
    ...releases.map((release) => scene.revisions(release)),
  ]);
  const once = (names: readonly string[]) => expect(names).toEqual([...new Set(names)]);
  once(checks.map(({ name }) => name));
  expect(comments.length).toBeLessThanOrEqual(1);
  once(deployments.map(({ environment, sha }) => `${environment} ${sha}`));
  for (const ofRelease of revisions) once(ofRelease.map(({ sha }) => sha));
}

async function expectGoodEnd(scene: Scene, pullRequest: PullRequest, merged: string): Promise<void> {
  const { person, hub } = scene;
  expect(await verdicts(scene, merged)).toEqual(["campanile / deploy: success"]);
  const releases = [`${hub("data8")}-prod`, `${hub("data8")}-staging`];
  for (const release of releases)
    expect(await scene.revisions(release)).toEqual([{ revision: 1, status: "deployed", sha: merged }]);
  expect((await person.deployments()).map(({ environment, states }) => ({ environment, states }))).toEqual(
    releases.map((environment) => ({ environment, states: ["in_progress", "success"] })),
  );
  const comments = await person.comments(pullRequest);
  expect(comments).toHaveLength(1);
  expect(comments[0]).toContain("Rolled out: Data 8 on staging, then prod");
}

async function verdicts({ person }: Scene, sha: string): Promise<string[]> {
  return (await person.checks(sha)).map(({ name, conclusion }) => `${name}: ${conclusion}`).sort();
}

async function memory({ person, hub }: Scene, gigabytes: number): Promise<Record<string, string>> {
  const path = `hubs/${hub("data8")}/values/common.yaml`;
  return { [path]: (await person.readFile(path)).replace(/limit: \d+G/, `limit: ${gigabytes}G`) };
}

async function missingImage({ person, hub }: Scene): Promise<Record<string, string>> {
  const changes: Record<string, string> = {};
  for (const environment of ["staging", "prod"]) {
    const path = `hubs/${hub("data8")}/pins/${environment}.yaml`;
    const [before = "", image = ""] = (await person.readFile(path)).split(/(?=^image:)/m);
    changes[path] = before + image.replace(/tag: .*/, 'tag: "does-not-exist"');
  }
  return changes;
}
