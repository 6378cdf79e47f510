import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../world/until.ts";
import { HUB_FILE, openRolloutScene, type RolloutScene } from "./rollout-scene.ts";
import { FIRST_START_LIMIT_MS, onRealNode } from "./where-possible.ts";

const MINUTES = 60_000;
const MIDDLE_MS = 500;

onRealNode("journeys that are held up, broken off, or asked for by the clock", () => {
  let scene: RolloutScene;

  beforeAll(async () => {
    scene = await openRolloutScene();
    const { conclusion } = await scene.waitForDeploy(await scene.person.push("Describe our hubs", { "NOTES.md": "Deployed.\n" }));
    expect(conclusion).toBe("success");
  }, FIRST_START_LIMIT_MS);
  afterAll(() => scene?.stop());

  /** Data 8's file with this line in its journey, and without what another test put there. */
  async function withJourneyKey(line: string): Promise<string> {
    const before = (await scene.person.readFile(HUB_FILE)).replace(/^ {2}(?:user|schedule):.*\n/gm, "");
    return before.replace(/^journey:\n/m, `journey:\n${line}`);
  }

  test(
    "what nobody could tell holds prod back until a journey works on staging",
    async () => {
      const began = (await scene.journeys()).length;
      const untold = await scene.merge("Data 8: next term's packages", {
        ...(await scene.pinsTo("2026.11.2")),
        [HUB_FILE]: await withJourneyKey("  user: nobody-declared\n"),
      });
      expect(untold.check).toMatchObject({ conclusion: "failure" });
      expect(untold.comment).toContain("nobody could tell whether it works on data8-staging; data8-prod was not touched");

      // Nothing of it is deployed to staging, which already runs what git asks for.
      const told = await scene.merge("Data 8: the probe that the hub knows", { [HUB_FILE]: await withJourneyKey("") });
      expect(told.check).toMatchObject({ conclusion: "success" });
      expect(told.comment).toMatch(/data8-staging \| healthy, and \[a student's journey works\]\(http\S+\): \d+ s/);
      expect(told.comment).toMatch(/data8-prod \| healthy, and \[a student's journey works\]\(http\S+\): \d+ s/);
      expect((await scene.journeys()).slice(began).map(({ release_id, outcome }) => `${release_id} ${outcome}`)).toEqual([
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
      const began = (await scene.journeys()).length;
      killedAt = await logLength();
      // Whichever it is that does not run, so that there is something to roll out.
      const runs = await scene.person.readFile("hubs/data8/pins/staging.yaml");
      const pins = await scene.pinsTo(runs.includes('tag: "2026.11.2"') ? "2026.11.1" : "2026.11.2");
      const sha = await scene.person.push("Data 8: another image", pins);
      for (const [step, before] of [
        ["server", "login"],
        ["kernel", "server"],
        ["content", "kernel"],
        ["notebook", "content"],
        ["restart", "notebook"],
        ["classmate", "restart"],
        ["grader", "classmate"],
        ["profiles", "grader"],
        ["clean-up", "profiles"],
      ] as const) {
        await stepIsTold(before);
        await scene.institution.campanile.stop("SIGKILL");
        expect(await scene.servers("data8-staging"), `while the step ${step} is played`).toContain("jupyter-campanile-probe");
        killedAt = await logLength();
        await scene.institution.campanile.start();
      }
      expect(await scene.waitForDeploy(sha)).toMatchObject({ conclusion: "success" });
      expect((await scene.journeys()).slice(began).map(({ release_id, outcome }) => `${release_id} ${outcome}`)).toEqual([
        "data8-staging works",
        "data8-prod works",
      ]);
      expect([...(await scene.servers("data8-staging")), ...(await scene.servers("data8-prod"))]).toEqual([]);
      const told = (await scene.person.checks(sha)).map(({ name }) => name).filter((name) => name.includes("journey"));
      expect(told.toSorted()).toEqual(["campanile / journey (data8-prod)", "campanile / journey (data8-staging)"]);
    },
    25 * MINUTES,
  );

  /** Where the log of the Campanile that runs now begins. */
  let killedAt = 0;
  const logLength = async () => (await readFile(scene.institution.campanile.logFile, "utf8")).length;

  /** Resolves in the middle of the step after it: none that is waited for takes less. */
  async function stepIsTold(step: string): Promise<void> {
    await until(
      `the step ${step} is told`,
      async () => (await readFile(scene.institution.campanile.logFile, "utf8")).slice(killedAt).includes(`"step":"${step}"`),
      { limitSeconds: 300 },
    );
    await sleep(MIDDLE_MS);
  }

  /** Asks for a journey in the minute that comes, and waits for what it tells on the newest commit. */
  async function playByClock(title: string) {
    const minute = new Date(Date.now() + MINUTES).getUTCMinutes();
    const schedule = `  schedule: { cron: ["${minute} * * * *"], timeZone: Etc/UTC }\n`;
    const sha = await scene.person.push(title, { [HUB_FILE]: await withJourneyKey(schedule) });
    const told = (name: string) =>
      scene.person.until(
        `${name} is told`,
        async () => (await scene.person.checks(sha)).find((check) => check.name === name && check.conclusion !== ""),
        300,
      );
    const [staging, prod] = await Promise.all(["data8-staging", "data8-prod"].map((id) => told(`campanile / journey (${id})`)));
    return { staging, prod };
  }

  const ofProd = ["--namespace", "data8-prod"];
  const configOfHub = () =>
    scene.kubectl(...ofProd, "get", "configmap", "hub", "--output", "jsonpath={.data.jupyterhub_config\\.py}");

  async function setConfigOfHub(text: string): Promise<void> {
    const patch = JSON.stringify({ data: { "jupyterhub_config.py": text } });
    await scene.kubectl(...ofProd, "patch", "configmap", "hub", "--type=merge", "--patch", patch);
    await scene.kubectl(...ofProd, "rollout", "restart", "deployment/hub");
  }

  const canWork = async (release: string) => {
    const metrics = await (await fetch(`${scene.institution.campanileUrl}/metrics`)).text();
    return new RegExp(`^campanile_students_can_work\\{release="${release}"\\} (\\d)$`, "m").exec(metrics)?.[1];
  };

  test(
    "a journey is played by the clock, and a hub that broke in the meantime is told on the newest commit",
    async () => {
      const began = (await scene.journeys()).length;
      const { staging, prod } = await playByClock("Look in before the first class");
      expect([staging, prod]).toMatchObject([{ conclusion: "success" }, { conclusion: "success" }]);
      expect(prod?.title).toMatch(/^A student can get to work on data8-prod \(\d+s\)$/);
      expect((await scene.journeys()).slice(began)).toMatchObject([
        { outcome: "works", by_clock: true },
        { outcome: "works", by_clock: true },
      ]);
      expect([await canWork("data8-staging"), await canWork("data8-prod")]).toEqual(["1", "1"]);

      expect(await scene.person.issues()).toEqual([]);

      const config = await configOfHub();
      await setConfigOfHub("c.JupyterHub.admin_access = Ture");
      const broken = await playByClock("Look in once more");
      expect(broken.staging).toMatchObject({ conclusion: "success" });
      expect(broken.prod).toMatchObject({
        conclusion: "failure",
        title: expect.stringMatching(/^Students cannot work on data8-prod: /),
      });
      expect(broken.prod?.summary).toContain("NameError: name 'Ture' is not defined");
      expect([await canWork("data8-staging"), await canWork("data8-prod")]).toEqual(["1", "0"]);
      const issue = await scene.person.until("an issue is open", async () => (await scene.person.issues())[0]);
      expect(issue).toMatchObject({ title: broken.prod?.title, state: "open" });
      expect(issue.body).toMatch(/NameError: name 'Ture' is not defined.*\[All that was seen\]\(http\S+\/runs\/\d+\)/s);

      await setConfigOfHub(config);
      expect(await playByClock("Look in a last time")).toMatchObject({ prod: { conclusion: "success" } });
      await scene.person.until("the issue is closed", async () => {
        const issues = await scene.person.issues();
        return issues.every(({ state }) => state === "closed") ? issues : undefined;
      });
      expect(await scene.person.issues()).toHaveLength(1);
      const told = await scene.person.comments(issue);
      expect(told).toEqual([expect.stringContaining("A student can get to work on data8-prod again")]);
    },
    15 * MINUTES,
  );
});
