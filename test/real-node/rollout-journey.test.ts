import { afterAll, beforeAll, expect, test } from "vitest";
import { openRolloutScene, type RolloutScene } from "./rollout-scene.ts";
import { FIRST_START_LIMIT_MS, onRealNode } from "./where-possible.ts";

const BROKEN = "2026.11.3-broken";
const MINUTES = 60_000;

onRealNode("a rollout that is judged by a student's journey", () => {
  let scene: RolloutScene;

  beforeAll(async () => {
    scene = await openRolloutScene();
  }, FIRST_START_LIMIT_MS);
  afterAll(() => scene?.stop());

  const journeyChecks = async (sha: string) =>
    (await scene.person.checks(sha))
      .filter(({ name }) => name.startsWith("campanile / journey "))
      .toSorted((a, b) => a.name.localeCompare(b.name));

  test(
    "staging is deployed, a student's journey works there, and prod follows; a broken image stops at staging",
    async () => {
      const { person, journeys, merge, pinsTo } = scene;
      const good = await merge("Data 8: next term's packages", await pinsTo("2026.11.2"));
      expect(good.comment).toMatch(/data8-staging \| healthy, and \[a student's journey works\]\(http\S+\/runs\/\d+\): \d+ s/);
      expect(good.comment).toMatch(/data8-prod \| healthy, and \[a student's journey works\]\(http\S+\/runs\/\d+\): \d+ s/);
      expect(good.check).toMatchObject({ conclusion: "success" });
      const pages = await journeyChecks(good.sha);
      expect(pages.map(({ name, conclusion }) => [name, conclusion])).toEqual([
        ["campanile / journey (data8-prod)", "success"],
        ["campanile / journey (data8-staging)", "success"],
      ]);
      expect(pages[0]?.summary).toMatch(/in the rollout of this commit, when Helm revision 1 was up\./);
      expect(pages[0]?.text).toMatch(/<summary>A kernel runs and imports<\/summary>.*import datascience -> printed nothing/s);

      const broken = await merge("Data 8: an image that has lost a package", await pinsTo(BROKEN));
      expect(broken.check).toMatchObject({ conclusion: "failure" });
      expect(broken.comment).toContain("Rollout failed on data8-staging; data8-prod was not touched");
      expect(broken.comment).toMatch(/Students cannot work on data8-staging: .*import datascience.* fails in user-data8@sha256:/);
      expect(broken.comment).toMatch(/\[All that was seen\]\(http\S+\/runs\/\d+\)/);
      const [page, ...others] = await journeyChecks(broken.sha);
      expect(others).toEqual([]);
      expect(page).toMatchObject({ name: "campanile / journey (data8-staging)", conclusion: "failure" });
      expect(page?.text).toMatch(/^#### A kernel runs and imports\n.*ModuleNotFoundError: No module named 'datascience'/s);
      const all = await journeys();
      expect(all.map(({ release_id, outcome }) => `${release_id} ${outcome}`)).toEqual([
        "data8-staging works",
        "data8-prod works",
        "data8-staging broken",
      ]);
      const [last] = await person.deployments();
      expect(last).toMatchObject({ environment: "data8-staging", states: ["in_progress", "failure"] });
    },
    20 * MINUTES,
  );
});
