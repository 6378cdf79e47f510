import { expect, onTestFinished, test } from "vitest";
import type { RequestFaultKind } from "../../app/local/github/faults/request-faults.ts";
import { bumpedPins } from "../world/bumped-pins.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";
import { watchWorkflows } from "../world/watch-workflows.ts";

type Troubles = [method: string, path: string, kinds: RequestFaultKind[]][];

test("errors, limits and lost answers of GitHub change nothing in the end: one comment, one check of each name, one deployment", async () => {
  const scene = await openInstitution();
  const { person, hub, institution } = scene;
  const workflows = await watchWorkflows(institution.databaseUrl);
  onTestFinished(() => workflows.close());
  const here = `/repos/${institution.repository}`;

  const duringPreview: Troubles = [
    ["POST", `/app/installations/${institution.installationId}/access_tokens`, ["502"]],
    ["POST", `${here}/check-runs`, ["work-then-502", "500", "secondary-limit"]],
    ["GET", `${here}/pulls/*`, ["502", "primary-limit"]],
    ["PATCH", `${here}/check-runs/*`, ["429", "hang-up", "work-then-502"]],
    ["POST", `${here}/issues/*/comments`, ["500", "work-then-502"]],
  ];
  await arrange(scene, duringPreview);
  const pullRequest = await person.openPullRequest("Data 8: new image", await bumpedPins(scene, "data8", ["staging", "prod"]));
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({ conclusion: "success" });
  await workflows.untilQuiet();
  await expectAllMet(scene, duringPreview);
  expect(await checksOf(scene, pullRequest.headSha)).toEqual([
    "campanile / config: success",
    "campanile / diff (prod): success",
    "campanile / diff (staging): success",
    "campanile: success",
  ]);
  expect(await person.comments(pullRequest)).toHaveLength(1);

  const duringRollout: Troubles = [
    ["POST", `${here}/check-runs`, ["work-then-502"]],
    ["GET", `${here}/commits/*/pulls`, ["500"]],
    ["POST", `${here}/deployments`, ["work-then-502", "secondary-limit"]],
    ["POST", `${here}/deployments/*/statuses`, ["502", "work-then-502", "429"]],
    ["PATCH", `${here}/issues/comments/*`, ["hang-up", "work-then-502"]],
    ["PATCH", `${here}/check-runs/*`, ["500"]],
  ];
  await arrange(scene, duringRollout);
  const merged = await person.merge(pullRequest);
  expect(await person.waitForCheck(merged, "campanile / deploy")).toMatchObject({ title: "2 releases rolled out" });
  await workflows.untilQuiet();
  await expectAllMet(scene, [...duringPreview, ...duringRollout]);
  expect(await checksOf(scene, merged)).toEqual(["campanile / deploy: success"]);
  const releases = [`${hub("data8")}-prod`, `${hub("data8")}-staging`];
  for (const release of releases)
    expect(await scene.revisions(release)).toEqual([{ revision: 1, status: "deployed", sha: merged }]);
  expect((await person.deployments()).map(({ environment, states }) => ({ environment, states }))).toEqual(
    releases.map((environment) => ({ environment, states: ["in_progress", "success"] })),
  );
  const comments = await person.comments(pullRequest);
  expect(comments).toHaveLength(1);
  expect(comments[0]).toContain("Rolled out: Data 8 on staging, then prod");
});

test("an annotation that GitHub took and did not acknowledge is not written twice", async () => {
  const scene = await openInstitution();
  const { person, hub, institution } = scene;
  await arrange(scene, [["PATCH", `/repos/${institution.repository}/check-runs/*`, ["work-then-502", "work-then-502"]]]);
  const path = `hubs/${hub("data8")}/hub.yaml`;
  const misspelt = (await person.readFile(path)).replace("students:", "studens:");
  const { headSha } = await person.openPullRequest("Data 8: a typing error", { [path]: misspelt });
  await person.waitForCheck(headSha, "campanile");
  const config = (await person.checks(headSha)).find(({ name }) => name === "campanile / config");
  expect(config).toMatchObject({ conclusion: "failure", annotations: [{ path }] });
  expect(config?.annotations).toHaveLength(1);
});

async function arrange({ control }: Scene, troubles: Troubles): Promise<void> {
  for (const [method, path, kinds] of troubles) for (const kind of kinds) await control.addRequestFault({ method, path, kind });
}

/** A trouble that nobody met would show nothing. */
async function expectAllMet({ control, institution }: Scene, troubles: Troubles): Promise<void> {
  const { entries } = await control.journal({ kind: "request" });
  const isHere = (path: string) =>
    path.startsWith(`/repos/${institution.repository}/`) || path.includes(`/installations/${institution.installationId}/`);
  const met = entries
    .filter(({ details }) => details.fault !== undefined && isHere(String(details.path)))
    .map(({ details }) => `${details.method} ${details.fault}`);
  const arranged = troubles.flatMap(([method, , kinds]) => kinds.map((kind) => `${method} ${kind}`));
  expect(met.sort()).toEqual(arranged.sort());
}

async function checksOf({ person }: Scene, sha: string): Promise<string[]> {
  return (await person.checks(sha)).map(({ name, conclusion }) => `${name}: ${conclusion}`).sort();
}
