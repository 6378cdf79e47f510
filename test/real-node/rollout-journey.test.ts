import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeeper } from "../../app/local/world/keep-processes.ts";
import { createPerson, type Person } from "../../app/local/world/person.ts";
import { type Institution, startInstitution } from "../../app/local/world/start-institution.ts";
import { makeFolder } from "../local/world/make-folder.ts";
import { until } from "../world/until.ts";
import { imageDigest } from "./image-digest.ts";
import { type RunningRealWorld, runRealWorld } from "./run-real-world.ts";
import { FIRST_START_LIMIT_MS, onRealNode } from "./where-possible.ts";

const BROKEN = "2026.11.3-broken";
const MINUTES = 60_000;
const MIDDLE_MS = 500;

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
    return mergeFiles(title, await pinsTo(tag));
  }

  async function pinsTo(tag: string): Promise<Record<string, string>> {
    const digest = await imageDigest(world.registry, "user-data8", tag);
    const files: Record<string, string> = {};
    for (const environment of ["staging", "prod"]) {
      const file = `hubs/data8/pins/${environment}.yaml`;
      const [before = "", image = ""] = (await person.readFile(file)).split(/(?=^image:)/m);
      files[file] = before + image.replace(/tag: .*/, `tag: "${tag}"`).replace(/digest: .*/, `digest: ${digest}`);
    }
    return files;
  }

  async function mergeFiles(title: string, files: Record<string, string>) {
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

  const HUB = "hubs/data8/hub.yaml";

  async function withJourneyKey(line: string): Promise<string> {
    const before = (await person.readFile(HUB)).replace(/^ {2}(?:user|schedule):.*\n/gm, "");
    return before.replace(/^journey:\n/m, `journey:\n${line}`);
  }

  async function journeys(): Promise<{ release_id: string; outcome: string; steps: string[]; by_clock: boolean }[]> {
    const client = new pg.Client({ connectionString: institution.databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      "select release_id, outcome, deploy_id is null as by_clock, array(select jsonb_path_query(report, '$.steps[*].outcome.kind') #>> '{}') as steps from journey order by started_at",
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

  test(
    "what nobody could tell holds prod back until a journey works on staging",
    async () => {
      const began = (await journeys()).length;
      const untold = await mergeFiles("Data 8: back to the image of last week", {
        ...(await pinsTo("2026.11.1")),
        [HUB]: await withJourneyKey("  user: nobody-declared\n"),
      });
      expect(untold.check).toMatchObject({ conclusion: "failure" });
      expect(untold.comment).toContain("nobody could tell whether it works on data8-staging; data8-prod was not touched");

      // Nothing of it is deployed to staging, which already runs what git asks for.
      const told = await mergeFiles("Data 8: the probe that the hub knows", { [HUB]: await withJourneyKey("") });
      expect(told.check).toMatchObject({ conclusion: "success" });
      expect(told.comment).toMatch(/data8-staging \| healthy, and a student's journey works: \d+ s/);
      expect(told.comment).toMatch(/data8-prod \| healthy, and a student's journey works: \d+ s/);
      expect((await journeys()).slice(began).map(({ release_id, outcome }) => `${release_id} ${outcome}`)).toEqual([
        ...Array.from({ length: 3 }, () => "data8-staging could-not-tell"),
        "data8-staging works",
        "data8-prod works",
      ]);
    },
    10 * MINUTES,
  );

  test(
    "a Campanile that is killed in each step of a journey ends the rollout all the same, and leaves nothing",
    async () => {
      const began = (await journeys()).length;
      killedAt = await logLength();
      const sha = await person.push("Data 8: next term's packages once more", await pinsTo("2026.11.2"));
      for (const [step, before] of [
        ["server", "login"],
        ["kernel", "server"],
        ["restart", "notebook"],
        ["clean-up", "grader"],
      ] as const) {
        await stepIsTold(before);
        await institution.campanile.stop("SIGKILL");
        expect(await serversOf("data8-staging"), `while the step ${step} is played`).toEqual(["jupyter-campanile-probe"]);
        killedAt = await logLength();
        await institution.campanile.start();
      }
      expect(await waitForDeploy(sha)).toMatchObject({ conclusion: "success" });
      expect((await journeys()).slice(began).map(({ release_id, outcome }) => `${release_id} ${outcome}`)).toEqual([
        "data8-staging works",
        "data8-prod works",
      ]);
      expect([...(await serversOf("data8-staging")), ...(await serversOf("data8-prod"))]).toEqual([]);
    },
    10 * MINUTES,
  );

  /** Where the log of the Campanile that runs now begins. */
  let killedAt = 0;
  const logLength = async () => (await readFile(institution.campanile.logFile, "utf8")).length;

  /** Resolves in the middle of the step after it: none that is waited for takes less. */
  async function stepIsTold(step: string): Promise<void> {
    await until(
      `the step ${step} is told`,
      async () => (await readFile(institution.campanile.logFile, "utf8")).slice(killedAt).includes(`"step":"${step}"`),
      { limitSeconds: 300 },
    );
    await sleep(MIDDLE_MS);
  }

  const serversOf = async (namespace: string) => {
    const selector = ["--selector", "component=singleuser-server", "--output", "jsonpath={.items[*].metadata.name}"];
    const { stdout } = await kubectl("--namespace", namespace, "get", "pods", ...selector);
    return stdout.split(" ").filter(Boolean);
  };

  /** Asks for a journey in the minute that comes, and waits for what it tells on the newest commit. */
  async function playByClock(title: string) {
    const minute = new Date(Date.now() + MINUTES).getUTCMinutes();
    const schedule = `  schedule: { cron: ["${minute} * * * *"], timeZone: Etc/UTC }\n`;
    const sha = await person.push(title, { [HUB]: await withJourneyKey(schedule) });
    const told = (name: string) =>
      person.until(
        `${name} is told`,
        async () => (await person.checks(sha)).find((check) => check.name === name && check.conclusion !== ""),
        300,
      );
    const [staging, prod] = await Promise.all(["data8-staging", "data8-prod"].map((id) => told(`campanile / journey (${id})`)));
    return { staging, prod };
  }

  const canWork = async (release: string) => {
    const metrics = await (await fetch(`${institution.campanileUrl}/metrics`)).text();
    return new RegExp(`^campanile_students_can_work\\{release="${release}"\\} (\\d)$`, "m").exec(metrics)?.[1];
  };

  test(
    "a journey is played by the clock, and a hub that broke in the meantime is told on the newest commit",
    async () => {
      const began = (await journeys()).length;
      const { staging, prod } = await playByClock("Look in before the first class");
      expect([staging, prod]).toMatchObject([{ conclusion: "success" }, { conclusion: "success" }]);
      expect(prod?.title).toMatch(/^A student can get to work on data8-prod \(\d+s\)$/);
      expect((await journeys()).slice(began)).toMatchObject([
        { outcome: "works", by_clock: true },
        { outcome: "works", by_clock: true },
      ]);
      expect([await canWork("data8-staging"), await canWork("data8-prod")]).toEqual(["1", "1"]);

      const scale = ["--namespace", "data8-prod", "patch", "configmap", "hub", "--type=merge"];
      await kubectl(
        ...scale,
        "--patch",
        JSON.stringify({ data: { "jupyterhub_config.py": "c.JupyterHub.admin_access = Ture" } }),
      );
      await kubectl("--namespace", "data8-prod", "rollout", "restart", "deployment/hub");
      const broken = await playByClock("Look in once more");
      expect(broken.staging).toMatchObject({ conclusion: "success" });
      expect(broken.prod).toMatchObject({
        conclusion: "failure",
        title: expect.stringMatching(/^Students cannot work on data8-prod: /),
      });
      expect(broken.prod?.summary).toContain("NameError: name 'Ture' is not defined");
      expect([await canWork("data8-staging"), await canWork("data8-prod")]).toEqual(["1", "0"]);
    },
    15 * MINUTES,
  );

  const kubectl = (...args: string[]) => execa(world.tools.kubectl ?? "kubectl", args, { env: { KUBECONFIG: world.kubeconfig } });
});
