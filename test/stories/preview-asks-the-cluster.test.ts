import { AppsV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { bumpedPins } from "../world/bumped-pins.ts";
import { openInstitution } from "../world/open-institution.ts";

const MINUTES = 60_000;

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
    expect(checks.find(({ name }) => name === "campanile / diff (prod)")).toMatchObject({ conclusion: "success" });
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
    expect(shown).toMatch(/before: Job \S+\/hook-image-awaiter with /);
    expect(shown).not.toMatch(/kubectl-edit|The chart makes up/);
  },
  5 * MINUTES,
);
