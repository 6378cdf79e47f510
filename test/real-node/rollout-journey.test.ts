import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeeper } from "../../app/local/world/keep-processes.ts";
import { createPerson, type Person } from "../../app/local/world/person.ts";
import { type Institution, startInstitution } from "../../app/local/world/start-institution.ts";
import { makeFolder } from "../local/world/make-folder.ts";
import { imageDigest } from "./image-digest.ts";
import { type RunningRealWorld, runRealWorld } from "./run-real-world.ts";
import { FIRST_START_LIMIT_MS, onRealNode } from "./where-possible.ts";

const BROKEN = "2026.11.3-broken";
const MINUTES = 60_000;

onRealNode("a rollout that is judged by a student's journey", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let world: RunningRealWorld;
  let institution: Institution;
  let person: Person;
  const keeper = startKeeper();

  beforeAll(async () => {
    folder = await makeFolder();
    world = await runRealWorld(path.join(folder.dir, "world"));
    const onCrash = (message: string) => process.stderr.write(`${message}\n`);
    institution = await startInstitution(world, { owner: "berkeley", appId: 8, keeper, onCrash, hubs: ["data8"] });
    await institution.campanile.start();
    person = createPerson(world, institution);
  }, FIRST_START_LIMIT_MS);
  afterAll(async () => {
    await keeper.close();
    world?.signal("SIGTERM");
    await world?.ended;
    await folder.remove();
  });

  async function merge(title: string, tag: string) {
    const digest = await imageDigest(world.registry, "user-data8", tag);
    const files: Record<string, string> = {};
    for (const environment of ["staging", "prod"]) {
      const file = `hubs/data8/pins/${environment}.yaml`;
      const [before = "", image = ""] = (await person.readFile(file)).split(/(?=^image:)/m);
      files[file] = before + image.replace(/tag: .*/, `tag: "${tag}"`).replace(/digest: .*/, `digest: ${digest}`);
    }
    const pullRequest = await person.openPullRequest(title, files);
    expect(await person.waitForCheck(pullRequest.headSha, "campanile")).toMatchObject({ conclusion: "success" });
    const check = await waitForDeploy(await person.merge(pullRequest));
    return { check, comment: (await person.comments(pullRequest)).join("\n") };
  }

  const waitForDeploy = (sha: string) =>
    person.until(
      "the rollout ends",
      async () => (await person.checks(sha)).find(({ name, conclusion }) => name === "campanile / deploy" && conclusion !== ""),
      600,
    );

  async function journeys(): Promise<{ release_id: string; outcome: string; steps: string[] }[]> {
    const client = new pg.Client({ connectionString: institution.databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      "select release_id, outcome, array(select jsonb_path_query(report, '$.steps[*].outcome.kind') #>> '{}') as steps from journey order by started_at",
    );
    await client.end();
    return rows;
  }

  test(
    "staging is deployed, a student's journey works there, and prod follows; a broken image stops at staging",
    async () => {
      const first = await waitForDeploy(await person.push("Describe our hubs", { "NOTES.md": "Deployed.\n" }));
      expect([first.conclusion, first.summary]).toEqual(["success", expect.any(String)]);
      expect(await journeys()).toMatchObject([
        { release_id: "data8-staging", outcome: "works" },
        { release_id: "data8-prod", outcome: "works" },
      ]);

      const good = await merge("Data 8: next term's packages", "2026.11.2");
      expect(good.comment).toMatch(/data8-staging \| healthy, and a student's journey works: \d+ s/);
      expect(good.comment).toMatch(/data8-prod \| healthy, and a student's journey works: \d+ s/);
      expect(good.check).toMatchObject({ conclusion: "success" });

      const broken = await merge("Data 8: an image that has lost a package", BROKEN);
      expect(broken.check).toMatchObject({ conclusion: "failure" });
      expect(broken.comment).toContain("Rollout failed on data8-staging; data8-prod was not touched");
      expect(broken.comment).toMatch(/Students cannot work on data8-staging: .*import datascience.* fails in user-data8@sha256:/);
      const all = await journeys();
      expect(all.map(({ release_id, outcome }) => `${release_id} ${outcome}`).slice(2)).toEqual([
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
