import { execa } from "execa";
import { expect, test } from "vitest";
import { bumpedPins } from "../world/bumped-pins.ts";
import { openInstitution } from "../world/open-institution.ts";

test("a bump of one hub's image is checked, shown, merged, and rolled out to staging, then to prod", async () => {
  const scene = await openInstitution({ hubs: ["data8", "data100"] });
  const { person, hub } = scene;
  const first = await person.push("Describe our hubs", { "NOTES.md": "The first commit that Campanile sees.\n" });
  expect(await person.waitForCheck(first, "campanile / deploy")).toMatchObject({ conclusion: "success" });

  const pullRequest = await person.openPullRequest("Data 8: new image", await bumpedPins(scene, "data8", ["staging", "prod"]));
  const overall = await person.waitForCheck(pullRequest.headSha, "campanile");
  expect(overall.conclusion).toBe("success");
  const checks = await person.checks(pullRequest.headSha);
  expect(checks.map(({ name, conclusion }) => `${name}: ${conclusion}`).sort()).toEqual([
    "campanile / config: success",
    "campanile / diff (prod): success",
    "campanile / diff (staging): success",
    "campanile: success",
  ]);
  const [preview = ""] = await person.comments(pullRequest);
  expect(preview).toContain(`2 releases of 4`);
  expect(preview).toContain("2026.11.1 → 2026.11.2");
  expect(preview).not.toContain(hub("data100"));

  const merged = await person.merge(pullRequest);
  const rolledOut = await person.waitForCheck(merged, "campanile / deploy");
  expect(rolledOut).toMatchObject({ conclusion: "success", title: "2 releases rolled out" });

  const staging = `${hub("data8")}-staging`;
  const prod = `${hub("data8")}-prod`;
  expect(await scene.revisions(staging)).toEqual([
    { revision: 1, status: "superseded", sha: first },
    { revision: 2, status: "deployed", sha: merged },
  ]);
  expect(await scene.revisions(prod)).toEqual([
    { revision: 1, status: "superseded", sha: first },
    { revision: 2, status: "deployed", sha: merged },
  ]);
  for (const environment of ["staging", "prod"])
    expect(await scene.revisions(`${hub("data100")}-${environment}`)).toEqual([{ revision: 1, status: "deployed", sha: first }]);

  const metrics = await (await fetch(`${scene.institution.campanileUrl}/metrics`)).text();
  for (const release of [staging, prod])
    expect(metrics).toContain(`campanile_rollouts_looked_after_total{release="${release}",as_foretold="yes"} 2\n`);
  expect(metrics).not.toMatch(/as_foretold="(no|unknown)"/);

  const deployments = (await person.deployments()).filter((deployment) => deployment.sha === merged);
  expect(deployments.map(({ environment, states }) => ({ environment, states }))).toEqual([
    { environment: prod, states: ["in_progress", "success"] },
    { environment: staging, states: ["in_progress", "success"] },
  ]);
  const comments = await person.comments(pullRequest);
  expect(comments).toHaveLength(1);
  expect(comments[0]).toContain("Rolled out: Data 8 on staging, then prod");
});

test("a release that somebody rolled back by hand is brought to what git says with the next push", async () => {
  const scene = await openInstitution();
  const { person, hub, world } = scene;
  const first = await person.push("Describe our hubs", { "NOTES.md": "The first commit that Campanile sees.\n" });
  await person.waitForCheck(first, "campanile / deploy");
  const staging = `${hub("data8")}-staging`;
  const args = ["rollback", staging, "1", "--no-hooks", "--namespace", staging, "--kubeconfig", world.kubeconfig];
  await execa(world.tools.helm ?? "helm", args);

  const second = await person.push("A word more", { "NOTES.md": "The second.\n" });
  expect(await person.waitForCheck(second, "campanile / deploy")).toMatchObject({
    conclusion: "success",
    title: "1 release rolled out",
    summary: expect.stringContaining("**Why:** somebody ran Helm on it by hand."),
  });
  expect((await scene.revisions(staging)).at(-1)).toEqual({ revision: 3, status: "deployed", sha: second });
  expect(await scene.revisions(`${hub("data8")}-prod`)).toEqual([{ revision: 1, status: "deployed", sha: first }]);
});
