import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { AppsV1Api, KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { campanile } from "../cli/run-campanile.ts";
import { bumpedPins } from "../world/bumped-pins.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";

const MINUTES = 60_000;

async function typeDiff({ world, institution }: Scene, { headSha }: { headSha: string }) {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-clone-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const url = new URL(`${world.github.webUrl}/${institution.repository}.git`);
  Object.assign(url, { username: institution.login, password: institution.token });
  await execa("git", ["clone", "--quiet", url.href, folder]);
  await execa("git", ["fetch", "--quiet", "origin", headSha], { cwd: folder });
  const { KUBECONFIG = "", CAMPANILE_HELM = "" } = institution.campanileEnv;
  const sides = ["--base", "origin/main", "--head", headSha, "--env", "staging", "--live"];
  return campanile(["diff", folder, ...sides, "--mirror", `https://charts.campanile.example/=${world.charts}`], {
    env: { KUBECONFIG, CAMPANILE_HELM, CAMPANILE_DATA_DIR: path.join(folder, ".data") },
  });
}

test(
  "what somebody changed by hand is told on the pull request with their name, and stands in its way until it is given back",
  async () => {
    const scene = await openInstitution({ hubs: ["data8"] });
    const { person, hub, world } = scene;
    const first = await person.push("Describe our hubs", { "NOTES.md": "The first commit that Campanile sees.\n" });
    expect(await person.waitForCheck(first, "campanile / deploy")).toMatchObject({ conclusion: "success" });

    const config = new KubeConfig();
    config.loadFromFile(world.kubeconfig);
    const apps = config.makeApiClient(AppsV1Api);
    const proxy = { namespace: `${hub("data8")}-staging`, name: "proxy", fieldManager: "kubectl-edit" };
    await apps.patchNamespacedDeployment({ ...proxy, body: [{ op: "replace", path: "/spec/replicas", value: 2 }] });

    const pullRequest = await person.openPullRequest("Data 8: new image", await bumpedPins(scene, "data8", ["staging"]));
    expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({
      conclusion: "failure",
      title: "The cluster would refuse part of this",
    });
    const checks = await person.checks(pullRequest.headSha);
    expect(checks.find(({ name }) => name === "campanile / diff (staging)")).toMatchObject({
      conclusion: "failure",
      title: "The cluster would refuse this",
    });
    expect(checks.find(({ name }) => name === "campanile / diff (staging)")?.annotations).toMatchObject([
      { path: `hubs/${hub("data8")}/pins/staging.yaml`, level: "notice", title: `${hub("data8")}-staging` },
    ]);
    expect(checks.find(({ name }) => name === "campanile / diff (prod)")).toMatchObject({ conclusion: "success" });
    // Whoever has the branch in a clone and may look at the cluster sees the same without GitHub.
    const typed = await typeDiff(scene, pullRequest);
    expect(typed).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/would be refused: .* belongs to kubectl-edit/) });
    expect(typed.stdout).toContain("asked the cluster what a rollout would do");
    for (const canary of scene.institution.seeded.canaries) expect(typed.stdout + typed.stderr).not.toContain(canary);
    const [refused = ""] = await person.comments(pullRequest);
    expect(refused).toMatch(/Deployment \S+\/proxy at spec\.replicas: it belongs to kubectl-edit \(since 2\d{3}-/);
    expect(refused).toMatch(
      /changed in the cluster behind git:\*\* Deployment \S+\/proxy spec\.replicas is 2, git says 1 \(kubectl-edit/,
    );

    await apps.patchNamespacedDeployment({ ...proxy, body: [{ op: "replace", path: "/spec/replicas", value: 1 }] });
    const again = await person.pushTo(pullRequest, "Look again", { "NOTES.md": "It was given back.\n" });
    expect(await person.waitForCheck(again, "campanile")).toMatchObject({ conclusion: "success" });
    const [shown = ""] = await person.comments(pullRequest);
    expect(shown).toMatch(/hub restarts: notebooks stay open, logins wait about \d+ s \(1,500 students\)/);
    expect(shown).toContain("; each node pulls less than 1 MB of the image |");
    expect(shown).toMatch(/before: Job \S+\/hook-image-awaiter with /);
    expect(shown).not.toMatch(/kubectl-edit|The chart makes up/);
  },
  5 * MINUTES,
);
