import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JourneyReport, StepName } from "../../app/journey/journey.ts";
import { makeFolder } from "../local/world/make-folder.ts";
import { google, JOURNEY_FAULTS } from "./journey-faults.ts";
import { type JourneyHub, openJourneyHub, type Verification } from "./journey-hub.ts";
import { type RunningRealWorld, runRealWorld } from "./run-real-world.ts";
import { FIRST_START_LIMIT_MS, onRealNode } from "./where-possible.ts";

onRealNode("a student's journey", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let world: RunningRealWorld;
  let hub: JourneyHub;

  beforeAll(async () => {
    folder = await makeFolder();
    world = await runRealWorld(path.join(folder.dir, "world"));
    hub = await openJourneyHub(world);
  }, FIRST_START_LIMIT_MS);
  afterAll(async () => {
    await hub?.stop();
    world?.signal("SIGTERM");
    await world?.ended;
    await folder.remove();
  });

  /** Whatever a journey met, it leaves nothing. */
  async function expectNothingLeft(): Promise<void> {
    const pods = await hub.core.listNamespacedPod({ namespace: hub.namespace, labelSelector: "component=singleuser-server" });
    expect(pods.items.map(({ metadata }) => metadata?.name)).toEqual([]);
  }

  async function play(...args: readonly string[]): Promise<{ report: JourneyReport; exitCode: number | undefined }> {
    const { stdout, stderr, exitCode } = await hub.verify("--format", "json", ...args);
    if (stdout === "") throw new Error(`campanile verify said nothing: ${stderr}`);
    return { report: JSON.parse(stdout), exitCode };
  }

  const outcomeOf = ({ steps }: JourneyReport, name: StepName) => steps.find(({ step }) => step === name)?.outcome;

  test("a good image works from the first click to the next morning", async () => {
    const digest = await hub.deploy({});
    const { report, exitCode } = await play();
    expect(report.steps.map(({ step, outcome }) => `${step} ${outcome.kind}`)).toEqual([
      "hub works",
      "login works",
      "server works",
      "kernel works",
      "content works",
      "notebook works",
      "restart works",
      "grader works",
      "clean-up works",
    ]);
    expect({ exitCode, outcome: report.outcome }).toEqual({ exitCode: 0, outcome: "works" });
    expect(outcomeOf(report, "hub")).toMatchObject({ says: "JupyterHub 5.5.0, DummyAuthenticator, KubeSpawner" });
    expect(outcomeOf(report, "server")).toMatchObject({
      says: expect.stringContaining(`user-data8@${digest.slice(0, 19)} runs`),
    });
    expect(outcomeOf(report, "kernel")).toMatchObject({
      says: expect.stringMatching(/otter imported; \d+ MiB of 1024 MiB of memory$/),
    });
    expect(outcomeOf(report, "notebook")).toMatchObject({ says: expect.stringMatching(/first 3 code cells run; widgets 8\.\d/) });
    expect(outcomeOf(report, "grader")).toMatchObject({
      says: "probe/blank.ipynb gets 0 of 2, probe/solution.ipynb 2 of 2",
    });
    const evidence = JSON.stringify(report.steps.map((step) => step.evidence));
    expect(evidence).toContain("Server ready at");
    expect(evidence).toContain("printed 68.66");
    expect(report.steps.every(({ latencyMs, budgetSeconds }) => latencyMs <= budgetSeconds * 1000)).toBe(true);
    await expectNothingLeft();
  });

  test("the broken image is told by the package that it lacks, and the image by its digest", async () => {
    const digest = await hub.deploy({ image: "2026.11.3-broken" });
    const { stdout, exitCode } = await hub.verify();
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`broken (image): \`import datascience\` fails in user-data8@${digest.slice(0, 19)}.`);
    expect(stdout).toContain("Python says: ModuleNotFoundError: No module named 'datascience'");
    // What can do without the package is judged all the same.
    expect(stdout).toMatch(/✓ The course's link pulls .* the newest of main\n/);
    expect(stdout).toMatch(/✓ The work is there tomorrow/);
    expect(stdout).toContain("data8-staging is broken for students: image.");
    await expectNothingLeft();
  });

  test.each(JOURNEY_FAULTS.map((fault) => [fault.title, fault] as const))("%s", async (_title, given) => {
    await hub.deploy(given.under(hub));
    const { report, exitCode } = await play("--steps", given.step);
    const { kind, fault, code } = given;
    const outcome = outcomeOf(report, given.step);
    expect(outcome).toMatchObject({ kind, ...(fault ? { fault } : {}) });
    expect([code].flat()).toContain(outcome && "explanation" in outcome ? outcome.explanation.code : "");
    expect(JSON.stringify(outcome)).toMatch(given.words);
    expect(exitCode).toBe(kind === "broken" ? 1 : 2);
    expect(outcomeOf(report, "clean-up")).toMatchObject({ kind: "works" });
    await expectNothingLeft();
  });

  test("a login by Google is followed to its door", async () => {
    await hub.deploy({ values: google("http://data8-staging.courses.example") });
    const { report, exitCode } = await play("--steps", "login");
    expect(outcomeOf(report, "login")).toMatchObject({
      kind: "works",
      says: expect.stringMatching(/^accounts\.google\.com asks, and sends people back to http:\/\/data8-staging/),
    });
    expect(exitCode).toBe(0);
  });

  test.each(["server", "kernel", "content", "notebook", "restart"] as const)(
    "a journey that is killed in its step %s leaves nothing that the next one does not clear away",
    async (step) => {
      await hub.deploy({});
      const killed = hub.verify();
      await begun(killed, STEP_BEFORE[step]);
      killed.kill("SIGKILL");
      await killed;
      const { report } = await play("--steps", "kernel,restart");
      expect(report.outcome).toBe("works");
      await expectNothingLeft();
    },
  );

  test("a second journey waits for the first, and Ctrl-C still clears away", async () => {
    await hub.deploy({});
    const first = hub.verify();
    await begun(first, STEP_BEFORE.kernel);
    const { report, exitCode } = await play("--steps", "server");
    expect(outcomeOf(report, "server")).toMatchObject({ kind: "could-not-tell", explanation: { code: "journey-runs" } });
    expect(exitCode).toBe(2);
    first.kill("SIGINT");
    const ended = await first;
    expect(ended.stdout).toContain("The journey was ended from outside.");
    expect(ended.exitCode).toBe(2);
    await expectNothingLeft();
  });

  test("a proxy that is started anew in the middle breaks nothing that would be told as broken", async () => {
    await hub.deploy({});
    const journey = hub.verify();
    await begun(journey, STEP_BEFORE.kernel);
    const proxies = { namespace: hub.namespace, labelSelector: "component=proxy" };
    await hub.core.deleteCollectionNamespacedPod({ ...proxies, gracePeriodSeconds: 0 });
    const { stdout, exitCode } = await journey;
    expect(stdout).toMatch(
      /could not tell: (?:The connection to the kernel ended|The proxy (?:was started anew|is not ready)|Nothing answered)/,
    );
    expect(stdout).not.toContain("broken");
    expect(exitCode).toBe(2);
    await expectNothingLeft();
  });

  test.each([
    [
      "whose code has a mistake",
      { hub: { extraConfig: { mistake: "c.JupyterHub.admin_access = Ture" } } },
      "NameError: name 'Ture' is not defined",
    ],
    [
      "whose database is not there",
      { hub: { db: { type: "other", url: "sqlite:////srv/gone/hub.sqlite" } } },
      "Directory /srv/gone does not exist",
    ],
    [
      "whose code tells the database's password",
      {
        hub: {
          db: { type: "other", url: "postgresql://hub:open-sesame-2026@db.example/hub" },
          extraConfig: { mistake: "raise ValueError(c.JupyterHub.db_url)" },
        },
      },
      "ValueError: postgresql://hub:[hidden: Secret data8-staging/hub, values, hub.db.url]@db.example/hub",
    ],
  ])("a hub %s is told by its pod and the end of its log", async (_title, values, words) => {
    await hub.deploy({ values, isWaitedFor: false });
    const { report, exitCode } = await untilCrashLoop(() => play());
    expect(outcomeOf(report, "hub")).toMatchObject({
      kind: "broken",
      fault: "hub",
      explanation: { code: "crash-loop", why: expect.stringContaining(words) },
    });
    expect(outcomeOf(report, "restart")).toMatchObject({ kind: "not-reached" });
    expect(exitCode).toBe(1);
  });

  /** Until then the hub may only be restarting, and that is what is told. */
  async function untilCrashLoop(attempt: () => ReturnType<typeof play>): ReturnType<typeof play> {
    for (let round = 0; round < 6; round++) {
      const played = await attempt();
      if (played.report.outcome === "broken") return played;
      expect(played.report.outcome).toBe("could-not-tell");
    }
    throw new Error("a hub that crashes was never told as broken");
  }

  test("a hub that answers, and whose database is damaged, is broken though it takes the token for a wrong one", async () => {
    await hub.deploy({});
    const damage = "f = open('/srv/jupyterhub/jupyterhub.sqlite', 'r+b'); f.write(b'x' * 100_000); f.close()";
    const at = ["--namespace", hub.namespace, "exec", "deploy/hub", "--", "python3", "-c", damage];
    await execa(world.tools.kubectl ?? "kubectl", at, { env: { KUBECONFIG: world.kubeconfig } });
    const { report, exitCode } = await play();
    expect(outcomeOf(report, "hub")).toMatchObject({ kind: "broken", fault: "hub", explanation: { code: "hub-database" } });
    expect(exitCode).toBe(1);
  });
});

/** What is printed when a step is about to begin. */
const STEP_BEFORE = {
  server: "A click leads to the login",
  kernel: "A server starts",
  content: "A kernel runs and imports",
  notebook: "The course's link pulls",
  restart: "The notebook opens and runs",
};

/** Resolves when the step before is told, and the next one is under way. */
async function begun({ stdout }: Verification, title: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let told = "";
  stdout.on("data", (chunk: Buffer) => {
    told += chunk.toString();
    if (told.includes(title)) resolve();
  });
  stdout.once("end", () => reject(new Error(`the journey ended before "${title}" was told:\n${told}`)));
  await promise;
  await pause(MIDDLE_MS);
}

/** Somewhere in the middle of a step: none of these takes less. */
const MIDDLE_MS = 700;
