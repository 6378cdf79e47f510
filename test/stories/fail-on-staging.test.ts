import { expect, test } from "vitest";
import type { FileChanges } from "../../app/local/world/person.ts";
import { bumpedPins } from "../world/bumped-pins.ts";
import { deploymentStory, revisionCreatedAt } from "../world/deployment-story.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";

const MINUTES = 60_000;
const VERDICT_LIMIT_SECONDS = 30;

test(
  "an image that cannot be pulled stops its hub on staging and no other, is not tried again, and is mended by a pull request",
  async () => {
    const scene = await openInstitution({ hubs: ["data8", "data100"] });
    const first = await scene.person.push("Describe our hubs", { "NOTES.md": "The first commit that Campanile sees.\n" });
    expect(await scene.person.waitForCheck(first, "campanile / deploy")).toMatchObject({ conclusion: "success" });
    const failed = await mergeMissingImage(scene, first);
    await mergeOtherHub(scene, { first, failed });
    await mergeCrash(scene, first);
    await mergeMended(scene);
  },
  5 * MINUTES,
);

async function mergeMissingImage(scene: Scene, first: string): Promise<string> {
  const { person, hub } = scene;
  const [staging, prod] = [hub("data8-staging"), hub("data8-prod")];
  const missing = withTag(await bumpedPins(scene, "data8", ["staging", "prod"]), "does-not-exist-1");
  const memory = `hubs/${hub("data100")}/values/common.yaml`;
  const { pullRequest, merged } = await mergeChecked(scene, "Data 8: new image; Data 100: more memory", {
    ...missing,
    [memory]: (await person.readFile(memory)).replace("limit: 4G", "limit: 5G"),
  });
  const check = await person.waitForCheck(merged, "campanile / deploy");
  expect(check).toMatchObject({ conclusion: "failure", title: "1 release failed, 2 releases rolled out" });
  const comments = await person.comments(pullRequest);
  for (const text of [check.summary, comments[0]]) {
    expect(text).toContain(`### Rollout failed on ${staging}; ${prod} was not touched (${merged.slice(0, 7)})`);
    expect(text).toMatch(
      /user-data8:does-not-exist-1@sha256:[0-9a-f]{64} cannot be pulled, .+ registry's answer: .+ not found\./,
    );
    expect(text).toMatch(/\*\*What to do:\*\* Check that this tag and digest were really pushed.+ right pin\. \(`image-pull`\)/);
    expect(text).toContain(`| ${prod} | not touched: ${staging} failed |`);
  }
  expect(comments).toHaveLength(1);

  expect(await scene.revisions(prod)).toEqual([{ revision: 1, status: "deployed", sha: first }]);
  expect((await scene.revisions(staging)).at(-1)).toEqual({ revision: 2, status: "failed", sha: merged });
  for (const other of [hub("data100-staging"), hub("data100-prod")])
    expect((await scene.revisions(other)).at(-1)).toEqual({ revision: 2, status: "deployed", sha: merged });

  const story = await deploymentStory(scene, merged);
  expect(story.some(({ release }) => release === prod)).toBe(false);
  const verdict = story.find(({ release, state }) => release === staging && state === "failure");
  const began = await revisionCreatedAt(scene, staging, 2);
  expect(verdict?.description).toMatch(/^The image .+ cannot be pulled/);
  expect((Number(verdict?.at) - began.getTime()) / 1000).toBeLessThan(VERDICT_LIMIT_SECONDS);
  return merged;
}

/** Data 8 is in quarantine: who changes another hub is told so, and not that their own change failed. */
async function mergeOtherHub(scene: Scene, { first, failed }: { first: string; failed: string }): Promise<void> {
  const { person, hub } = scene;
  const path = `hubs/${hub("data100")}/values/staging.yaml`;
  const values = await person.readFile(path);
  const { pullRequest, merged } = await mergeChecked(scene, "Data 100: fewer logins at once on staging", {
    [path]: values.replace(/^ {2}hub:\n/m, "  hub:\n    concurrentSpawnLimit: 4\n"),
  });
  const check = await person.waitForCheck(merged, "campanile / deploy");
  expect(check).toMatchObject({ conclusion: "failure", title: "1 release rolled out, 1 release failed before" });
  const [comment] = await person.comments(pullRequest);
  const news = `${hub("data8-staging")} failed before; ${hub("data8-prod")} was not touched`;
  expect(comment).toContain(`### Rolled out: Data 100 on staging; ${news} (${merged.slice(0, 7)})`);
  expect(comment).toContain(`**${hub("data8-staging")} failed before with exactly these inputs, so they are not tried again.**`);
  expect((await scene.revisions(hub("data8-staging"))).at(-1)).toEqual({ revision: 2, status: "failed", sha: failed });
  expect(await scene.revisions(hub("data8-prod"))).toEqual([{ revision: 1, status: "deployed", sha: first }]);
  const releases = (await deploymentStory(scene, merged)).map(({ release }) => release);
  expect(new Set(releases)).toEqual(new Set([hub("data100-staging")]));
}

/** Other inputs are tried, and have a verdict of their own. */
async function mergeCrash(scene: Scene, first: string): Promise<void> {
  const { person, hub } = scene;
  const path = `hubs/${hub("data8")}/values/staging.yaml`;
  const values = await person.readFile(path);
  const { merged } = await mergeChecked(scene, "Data 8: the image that there is", {
    ...(await bumpedPins(scene, "data8", ["staging", "prod"])),
    [path]: values.replace(/^ {2}hub:\n/m, "  hub:\n    annotations: { kwok.campanile.dev/fault: crash-loop }\n"),
  });
  const check = await person.waitForCheck(merged, "campanile / deploy");
  expect(check).toMatchObject({ conclusion: "failure", title: "1 release failed" });
  expect(check.summary).toMatch(/container hub of pod hub-.+ crashes again and again\. It ended with Error .+ \(`crash-loop`\)/s);
  expect((await scene.revisions(hub("data8-staging"))).at(-1)).toEqual({ revision: 3, status: "deployed", sha: merged });
  expect(await scene.revisions(hub("data8-prod"))).toEqual([{ revision: 1, status: "deployed", sha: first }]);
}

async function mergeMended(scene: Scene): Promise<void> {
  const { person, hub } = scene;
  const path = `hubs/${hub("data8")}/values/staging.yaml`;
  const { pullRequest, merged } = await mergeChecked(scene, "Data 8: no crash", {
    [path]: (await person.readFile(path)).replace(/ {4}annotations: .+\n/, ""),
  });
  const check = await person.waitForCheck(merged, "campanile / deploy");
  expect(check).toMatchObject({ conclusion: "success", title: "2 releases rolled out" });
  expect(await person.comments(pullRequest)).toEqual([expect.stringContaining("### Rolled out: Data 8 on staging, then prod (")]);
  expect((await scene.revisions(hub("data8-staging"))).at(-1)).toEqual({ revision: 4, status: "deployed", sha: merged });
  expect((await scene.revisions(hub("data8-prod"))).at(-1)).toEqual({ revision: 2, status: "deployed", sha: merged });
}

async function mergeChecked({ person }: Scene, title: string, files: FileChanges) {
  const pullRequest = await person.openPullRequest(title, files);
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({ conclusion: "success" });
  return { pullRequest, merged: await person.merge(pullRequest) };
}

function withTag(pins: FileChanges, tag: string): FileChanges {
  return Object.fromEntries(Object.entries(pins).map(([path, text]) => [path, text?.replace("2026.11.2", tag) ?? null]));
}
