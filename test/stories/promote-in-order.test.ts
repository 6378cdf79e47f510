import { expect, test } from "vitest";
import { bumpedPins } from "../world/bumped-pins.ts";
import { deploymentStory, revisionCreatedAt } from "../world/deployment-story.ts";
import { openInstitution, type Scene } from "../world/open-institution.ts";

const MINUTES = 60_000;

test(
  "staging's pins move staging of one hub only, and a shared default moves every hub, side by side, each from staging to prod",
  async () => {
    const scene = await openInstitution({ hubs: ["data8", "data100"] });
    const first = await scene.person.push("Describe our hubs", { "NOTES.md": "The first commit that Campanile sees.\n" });
    const check = await scene.person.waitForCheck(first, "campanile / deploy");
    expect(check).toMatchObject({ conclusion: "success", title: "4 releases rolled out" });
    await bumpStaging(scene, first);
    await changeSharedDefault(scene);
  },
  5 * MINUTES,
);

async function bumpStaging(scene: Scene, first: string): Promise<void> {
  const { person, hub } = scene;
  const prodPins = await person.readFile(`hubs/${hub("data100")}/pins/prod.yaml`);
  const pullRequest = await person.openPullRequest(
    "Data 100: try the new image",
    await bumpedPins(scene, "data100", ["staging"]),
  );
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({ conclusion: "success" });
  const [preview] = await person.comments(pullRequest);
  expect(preview).toContain("### Data 100: image user-data100 2026.11.1 → 2026.11.2 on staging");
  expect(preview).toContain("1 release of 4; the others stay as they are.");
  expect(preview).toContain("**On merge:** staging is deployed at once.");
  for (const untouched of [`${hub("data100")}-prod`, hub("data8"), "Data 8"]) expect(preview).not.toContain(untouched);

  const merged = await person.merge(pullRequest);
  const check = await person.waitForCheck(merged, "campanile / deploy");
  expect(check).toMatchObject({ conclusion: "success", title: "1 release rolled out" });
  expect(await newestRevisions(scene)).toEqual({
    "data8-staging": { revision: 1, status: "deployed", sha: first },
    "data8-prod": { revision: 1, status: "deployed", sha: first },
    "data100-staging": { revision: 2, status: "deployed", sha: merged },
    "data100-prod": { revision: 1, status: "deployed", sha: first },
  });
  expect(await person.readFile(`hubs/${hub("data100")}/pins/prod.yaml`)).toBe(prodPins);
}

/** Staging's pods take their time after it, so that the hubs would be seen to wait for each other if they did. */
async function changeSharedDefault(scene: Scene): Promise<void> {
  const { person, hub } = scene;
  const [common, staging] = ["values/common.yaml", "values/staging.yaml"];
  const pullRequest = await person.openPullRequest("All hubs: stop forgotten loops after six hours", {
    [common]: (await person.readFile(common)).replace("maxAge: 43200", "maxAge: 21600"),
    [staging]: (await person.readFile(staging)).replace(
      "  hub:\n",
      "  hub:\n    annotations: { kwok.campanile.dev/fault: slow }\n",
    ),
  });
  expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({
    conclusion: "success",
    title: "Data 100, Data 8: values/common.yaml changes on staging, then prod",
  });
  const [preview] = await person.comments(pullRequest);
  expect(preview).toContain("### Data 100, Data 8: values/common.yaml changes on staging, then prod");
  expect(preview).toContain("**That is every release of the fleet (4).**");
  for (const release of RELEASES) expect(preview).toContain(`| ${releaseOf(scene, release)} | values/common.yaml changes`);

  const merged = await person.merge(pullRequest);
  const check = await person.waitForCheck(merged, "campanile / deploy");
  expect(check).toMatchObject({ conclusion: "success", title: "4 releases rolled out" });
  expect(await newestRevisions(scene)).toEqual({
    "data8-staging": { revision: 2, status: "deployed", sha: merged },
    "data8-prod": { revision: 2, status: "deployed", sha: merged },
    "data100-staging": { revision: 3, status: "deployed", sha: merged },
    "data100-prod": { revision: 2, status: "deployed", sha: merged },
  });

  const story = await deploymentStory(scene, merged);
  const told = (release: Release, state: string) => {
    const index = story.findIndex((moment) => moment.release === releaseOf(scene, release) && moment.state === state);
    const moment = story[index];
    if (!moment) throw new Error(`GitHub was not told that ${release} is ${state}`);
    return { index, at: moment.at };
  };
  for (const name of ["data8", "data100"] as const) {
    const healthy = told(`${name}-staging`, "success");
    expect(healthy.index).toBeLessThan(told(`${name}-prod`, "in_progress").index);
    const began = await revisionCreatedAt(scene, `${hub(name)}-prod`, 2);
    expect(began.getTime()).toBeGreaterThan(healthy.at.getTime() - WHOLE_SECOND_MS);
  }
  expect(told("data8-staging", "in_progress").index).toBeLessThan(told("data100-staging", "success").index);
  expect(told("data100-staging", "in_progress").index).toBeLessThan(told("data8-staging", "success").index);
}

const WHOLE_SECOND_MS = 1_000;

const RELEASES = ["data8-staging", "data8-prod", "data100-staging", "data100-prod"] as const;
type Release = (typeof RELEASES)[number];

const releaseOf = ({ hub }: Scene, release: Release) => hub(release);

async function newestRevisions(scene: Scene): Promise<Record<string, unknown>> {
  const newest = RELEASES.map(async (release) => [release, (await scene.revisions(releaseOf(scene, release))).at(-1)]);
  return Object.fromEntries(await Promise.all(newest));
}
