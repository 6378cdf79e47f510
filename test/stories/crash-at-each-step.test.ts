import { expect, onTestFinished, test } from "vitest";
import { createStepHolder, type DurableStep, type StepHolder } from "../world/hold-step.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";
import { type WorkflowWatcher, watchWorkflows } from "../world/watch-workflows.ts";

const MINUTES = 60_000;

test(
  "Campanile may be killed at any step of a preview or a rollout: the end is the same, and nothing happens twice",
  async () => {
    const scene = await openInstitution({ hubs: ["data8"] });
    await stagingOnly(scene);
    const holder = await createStepHolder(scene.institution.databaseUrl);
    onTestFinished(() => holder.close());
    const workflows = await watchWorkflows(scene.institution.databaseUrl);
    onTestFinished(() => workflows.close());
    const watching = { holder, workflows };
    await changeMemory(scene, watching, 3, {});
    const steps = await holder.listSteps();
    const previewSteps = steps.filter((step) => step.workflow === "preview");
    const deploySteps = steps.filter((step) => step.workflow !== "preview");
    // What a preview and a rollout consist of may grow; that they are seen at all may not get lost.
    expect(previewSteps.length).toBeGreaterThan(8);
    expect(deploySteps.map((step) => step.name)).toEqual(
      expect.arrayContaining(["plan deploy", "announce rollout", "upgrade 1", "record rollout"]),
    );
    for (let turn = 0; turn < Math.max(previewSteps.length, deploySteps.length); turn++) {
      await changeMemory(scene, watching, turn + 4, { preview: previewSteps[turn], deploy: deploySteps[turn] });
    }
  },
  8 * MINUTES,
);

/** Leaves the hub one environment, so that each turn is short. */
async function stagingOnly({ person, hub }: Scene): Promise<void> {
  const folder = `hubs/${hub("data8")}`;
  const hubFile = await person.readFile(`${folder}/hub.yaml`);
  const sha = await person.push("Only staging for now", {
    [`${folder}/hub.yaml`]: hubFile.replace(/ {2}prod:\n {4}url: .*\n/, ""),
    [`${folder}/pins/prod.yaml`]: null,
    [`${folder}/values/prod.yaml`]: null,
    [`${folder}/secrets/prod.yaml`]: null,
  });
  expect(await person.waitForCheck(sha, "campanile / deploy")).toMatchObject({ conclusion: "success" });
}

/** One change from pull request to rollout, with a crash at the given steps, and a look at everything that must be there once. */
async function changeMemory(
  scene: Scene,
  { holder, workflows }: { holder: StepHolder; workflows: WorkflowWatcher },
  gigabytes: number,
  crashAt: { preview?: DurableStep | undefined; deploy?: DurableStep | undefined },
): Promise<void> {
  const { person, hub } = scene;
  const release = `${hub("data8")}-staging`;
  const before = (await scene.revisions(release)).length;
  const path = `hubs/${hub("data8")}/values/common.yaml`;
  const values = await person.readFile(path);
  const changed = values.replace(/limit: \d+G/, `limit: ${gigabytes}G`);

  const pullRequest = await crashing(scene, holder, crashAt.preview, () =>
    person.openPullRequest(`${gigabytes} GB`, { [path]: changed }),
  );
  const overall = await person.waitForCheck(pullRequest.headSha, "campanile");
  const at = `killed at ${describe(crashAt.preview)} of the preview`;
  expect(overall, at).toMatchObject({ conclusion: "success" });
  await workflows.untilQuiet();
  const checks = await person.checks(pullRequest.headSha);
  expect(checks.map(({ name, conclusion }) => `${name}: ${conclusion}`).sort(), at).toEqual([
    "campanile / config: success",
    "campanile / diff (prod): success",
    "campanile / diff (staging): success",
    "campanile: success",
  ]);
  expect(await person.comments(pullRequest), at).toHaveLength(1);

  const merged = await crashing(scene, holder, crashAt.deploy, () => person.merge(pullRequest));
  const deployed = await person.waitForCheck(merged, "campanile / deploy");
  const during = `killed at ${describe(crashAt.deploy)} of the rollout`;
  expect(deployed, during).toMatchObject({ conclusion: "success", title: "1 release rolled out" });
  const revisions = await scene.revisions(release);
  expect(revisions.length, during).toBe(Math.min(before + 1, HISTORY));
  expect(revisions.at(-1), during).toMatchObject({ status: "deployed", sha: merged });
  expect(
    revisions.filter((revision) => revision.sha === merged),
    during,
  ).toHaveLength(1);
  const deployments = (await person.deployments()).filter((deployment) => deployment.sha === merged);
  expect(
    deployments.map(({ states }) => states),
    during,
  ).toEqual([["in_progress", "success"]]);
  expect(
    (await person.checks(merged)).map(({ name }) => name),
    during,
  ).toEqual(["campanile / deploy"]);
  expect(await person.comments(pullRequest), during).toHaveLength(1);
}

/** As many revisions as Campanile lets Helm keep. */
const HISTORY = 10;

const describe = (step: DurableStep | undefined) => (step ? `“${step.name}” (${step.workflow} ${step.functionId})` : "no step");

/** Does something, and kills Campanile as soon as the step that follows from it has done its work and not yet said so. */
async function crashing<T>(scene: Scene, holder: StepHolder, step: DurableStep | undefined, act: () => Promise<T>): Promise<T> {
  if (!step) return act();
  await holder.hold(step);
  const result = await act();
  await holder.untilHeld();
  await scene.institution.campanile.stop("SIGKILL");
  await holder.release();
  await scene.institution.campanile.start();
  return result;
}
