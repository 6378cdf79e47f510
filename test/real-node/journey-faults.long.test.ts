import { execa } from "execa";
import { expect, test } from "vitest";
import { google, JOURNEY_FAULTS, profiles } from "./journey-faults.ts";
import { begun, outcomeOf, STEP_BEFORE, useJourneyHub } from "./use-journey-hub.ts";
import { onRealNode } from "./where-possible.ts";

onRealNode("a student's journey through a hub with a fault", () => {
  const { world, hub, play, expectNothingLeft } = useJourneyHub();

  test.each(JOURNEY_FAULTS.map((fault) => [fault.title, fault] as const))("%s", async (_title, given) => {
    await hub().deploy(given.under(hub()));
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

  test("a server of every profile starts, from its own image", async () => {
    const digest = await hub().digestOf("2026.11.2");
    await hub().deploy({ values: profiles(`registry.campanile.example/user-data8:2026.11.2@${digest}`) });
    const { report } = await play("--steps", "profiles");
    expect(outcomeOf(report, "profiles")).toMatchObject({ kind: "works", says: "Next term, More memory" });
    await expectNothingLeft();
  });

  test("a profile whose image does not exist is told by its name, though students get another without choosing", async () => {
    await hub().deploy({ values: profiles("registry.campanile.example/user-data8:2027.1.1") });
    const { report, exitCode } = await play("--steps", "profiles");
    expect(outcomeOf(report, "server")).toMatchObject({ kind: "works" });
    expect(outcomeOf(report, "profiles")).toMatchObject({
      kind: "broken",
      fault: "image",
      explanation: { code: "image-pull", what: expect.stringMatching(/^With the profile “Next term”: .*user-data8:2027\.1\.1/) },
    });
    expect(exitCode).toBe(1);
    await expectNothingLeft();
  });

  test("a home that another user's server has too is told, without a word of whose that is", async () => {
    await hub().deploy({});
    const { core, namespace } = hub();
    const name = "jupyter-ada";
    await core.createNamespacedPod({
      namespace,
      body: {
        metadata: {
          name,
          labels: { component: "singleuser-server" },
          annotations: { "hub.jupyter.org/username": "ada" },
        },
        spec: {
          containers: [
            {
              name: "notebook",
              image: "registry.campanile.example/pause:3.10",
              volumeMounts: [{ name: "home", mountPath: "/home/jovyan" }],
            },
          ],
          volumes: [{ name: "home", persistentVolumeClaim: { claimName: "claim-campanile-probe" } }],
          // As the hub's servers have it: the kubelet gives a volume's files to one group only.
          securityContext: { fsGroup: 100 },
        },
      },
    });
    const { report, exitCode } = await play("--steps", "restart");
    await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    expect(outcomeOf(report, "server")).toMatchObject({ kind: "works" });
    expect(outcomeOf(report, "restart")).toMatchObject({
      kind: "broken",
      fault: "storage",
      explanation: { code: "home-shared", why: expect.stringContaining("a server of another user has the same") },
    });
    expect(JSON.stringify(report)).not.toContain("jupyter-ada");
    expect(exitCode).toBe(1);
    await expectNothingLeft();
  });

  test("a login by Google is followed to its door", async () => {
    await hub().deploy({ values: google("http://data8-staging.courses.example") });
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
      await hub().deploy({});
      const killed = hub().verify();
      await begun(killed, STEP_BEFORE[step]);
      killed.kill("SIGKILL");
      await killed;
      const { report } = await play("--steps", "kernel,restart");
      expect(report.outcome).toBe("works");
      await expectNothingLeft();
    },
  );

  test("a proxy that is started anew in the middle breaks nothing that would be told as broken", async () => {
    await hub().deploy({});
    const journey = hub().verify();
    await begun(journey, STEP_BEFORE.kernel);
    const proxies = { namespace: hub().namespace, labelSelector: "component=proxy" };
    await hub().core.deleteCollectionNamespacedPod({ ...proxies, gracePeriodSeconds: 0 });
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
    await hub().deploy({ values, isWaitedFor: false });
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
    await hub().deploy({});
    const damage = "f = open('/srv/jupyterhub/jupyterhub.sqlite', 'r+b'); f.write(b'x' * 100_000); f.close()";
    const at = ["--namespace", hub().namespace, "exec", "deploy/hub", "--", "python3", "-c", damage];
    await execa(world().tools.kubectl ?? "kubectl", at, { env: { KUBECONFIG: world().kubeconfig } });
    const { report, exitCode } = await play();
    expect(outcomeOf(report, "hub")).toMatchObject({ kind: "broken", fault: "hub", explanation: { code: "hub-database" } });
    expect(exitCode).toBe(1);
  });
});
