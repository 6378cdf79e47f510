import { expect, test } from "vitest";
import { openAppDeliveries } from "../world/app-deliveries.ts";
import { bumpedPins } from "../world/bumped-pins.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";

test("what happened while Campanile was down is found when it is back: a pull request is checked, a merge is rolled out", async () => {
  const scene = await openInstitution();
  const { person, institution } = scene;
  await institution.campanile.stop("SIGKILL");
  const merge = await person.openPullRequest("Data 8: new image", await bumpedPins(scene, "data8", ["staging", "prod"]));
  const merged = await person.merge(merge);
  const open = await person.openPullRequest("Data 8: more memory", await memory(scene, 5));
  await openAppDeliveries(scene).untilFailed(["pull_request.opened", "pull_request.closed", "push"]);
  await institution.campanile.start();

  expect(await person.waitForCheck(open.headSha, "campanile")).toMatchObject({ conclusion: "success" });
  expect((await person.comments(open)).join()).toContain("limit");
  expect(await person.waitForCheck(merged, "campanile / deploy")).toMatchObject({ title: "2 releases rolled out" });
  await expectRevisions(scene, [{ revision: 1, status: "deployed", sha: merged }]);
  expect((await person.comments(merge)).join()).toContain("Rolled out: Data 8 on staging, then prod");
});

test("deliveries that are lost, late or in the wrong order while Campanile is up lead to the same end", async () => {
  const scene = await openInstitution();
  const { person, control, institution } = scene;
  const toUs = { appId: institution.appId };

  // The opening comes late, after a push to the branch: it must not bring the old state back.
  await control.addDeliveryFault({ ...toUs, kind: "delay", event: "pull_request", action: "opened" });
  const late = await person.openPullRequest("Data 8: more memory", await memory(scene, 5));
  const newer = await person.pushTo(late, "Even more", await memory(scene, 6));
  expect(await person.waitForCheck(newer, "campanile")).toMatchObject({ conclusion: "success" });
  const [comment = ""] = await person.comments(late);
  await control.releaseDeliveries();
  expect(await person.waitForCheck(late.headSha, "campanile")).toMatchObject({
    conclusion: "cancelled",
    summary: expect.stringContaining(newer.slice(0, 7)),
  });
  expect(await person.comments(late)).toEqual([comment]);

  // Two merges whose pushes arrive the wrong way round: the older one has nothing left to do.
  await control.addDeliveryFault({ ...toUs, kind: "reorder", event: "push", times: 2 });
  const bump = await person.openPullRequest("Data 8: new image", await bumpedPins(scene, "data8", ["staging", "prod"]));
  await person.waitForCheck(bump.headSha, "campanile");
  const older = await person.merge(bump);
  const newest = await person.merge(late);
  expect(await person.waitForCheck(newest, "campanile / deploy")).toMatchObject({ title: "2 releases rolled out" });
  expect(await person.waitForCheck(older, "campanile / deploy")).toMatchObject({
    conclusion: "success",
    title: "Left to a newer commit",
    summary: expect.stringContaining(newest.slice(0, 7)),
  });
  await expectRevisions(scene, [{ revision: 1, status: "deployed", sha: newest }]);

  // Never arrived, and nothing else happens that would tell of it: the list of deliveries is read again within a minute.
  await control.addDeliveryFault({ ...toUs, kind: "lose", event: "push" });
  const lost = await person.merge(await person.openPullRequest("Data 8: a little less", await memory(scene, 3)));
  expect(await person.waitForCheck(lost, "campanile / deploy")).toMatchObject({ title: "2 releases rolled out" });
  await expectRevisions(scene, [
    { revision: 1, status: "superseded", sha: newest },
    { revision: 2, status: "deployed", sha: lost },
  ]);
});

test("a pull request whose opening arrives after its merge was rolled out still says what became of the rollout", async () => {
  const scene = await openInstitution();
  const { person, control, institution } = scene;
  await control.addDeliveryFault({ appId: institution.appId, kind: "delay", event: "pull_request", action: "opened" });
  const pullRequest = await person.openPullRequest("Data 8: new image", await bumpedPins(scene, "data8", ["staging", "prod"]));
  const merged = await person.merge(pullRequest);
  await person.waitForCheck(merged, "campanile / deploy");
  const [told = ""] = await person.comments(pullRequest);
  expect(told).toContain("Rolled out: Data 8 on staging, then prod");

  await control.releaseDeliveries();
  await person.waitForCheck(pullRequest.headSha, "campanile");
  const comments = await person.comments(pullRequest);
  expect(comments).toHaveLength(1);
  expect(comments[0]).toContain("Rolled out: Data 8 on staging, then prod");
});

async function memory({ person, hub }: Scene, gigabytes: number): Promise<Record<string, string>> {
  const path = `hubs/${hub("data8")}/values/common.yaml`;
  return { [path]: (await person.readFile(path)).replace(/limit: \d+G/, `limit: ${gigabytes}G`) };
}

async function expectRevisions(scene: Scene, expected: Awaited<ReturnType<Scene["revisions"]>>): Promise<void> {
  for (const environment of ["staging", "prod"])
    expect(await scene.revisions(`${scene.hub("data8")}-${environment}`)).toEqual(expected);
}
