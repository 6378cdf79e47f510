import { expect, test } from "vitest";
import { ClusterError, ConfigError } from "../../app/domain/errors.ts";
import { isGood } from "../../app/domain/rollout.ts";
import { rollOut } from "../../app/rollout/roll-out.ts";
import { Death, journeyReport, release, request, startJournal, startMemoryCluster } from "./memory-cluster.ts";

const OTHERS = "0".repeat(40);
const PAGE = "https://github.example/runs/1";
const explanation = { code: "image-pull", what: "It failed.", why: "It was so.", fix: "Mend it." };

/** One rollout in a process that does not die. */
async function run(cluster: ReturnType<typeof startMemoryCluster>) {
  const journal = startJournal();
  const outcome = await rollOut(journal.live(), cluster.ports, request);
  return { outcome, steps: journal.names };
}

test("a release is announced, upgraded, verified and recorded, in this order", async () => {
  const cluster = startMemoryCluster();
  cluster.write("deployed", OTHERS, OTHERS);
  const { outcome, steps } = await run(cluster);
  expect(outcome).toEqual({ kind: "deployed", revision: 2 });
  expect(steps).toEqual([
    "begin rollout",
    "observe 1",
    "announce rollout",
    "upgrade 1",
    "observe 2",
    "verify 2",
    "observe 3",
    "record rollout",
  ]);
  expect(cluster.recorded).toEqual([{ outcome, announced: true, startedAt: expect.stringMatching(/^\d{4}-.*Z$/) }]);
  expect(cluster.state.looks).toBe(1);
  expect(cluster.revisions.at(-1)).toMatchObject({ status: "deployed", bundleDigest: release.bundleDigest, sha: request.sha });
});

test("a release that was overtaken by a newer commit is left alone and nobody is told that it began", async () => {
  const cluster = startMemoryCluster();
  cluster.state.newestSha = OTHERS;
  const { outcome } = await run(cluster);
  expect(outcome).toEqual({ kind: "superseded", bySha: OTHERS });
  expect(cluster.state).toMatchObject({ upgrades: 0, announcements: 0 });
  expect(cluster.recorded).toMatchObject([{ announced: false }]);
});

test("an unhealthy release is a failure with the cluster's reason", async () => {
  const cluster = startMemoryCluster();
  cluster.state.health = explanation;
  expect((await run(cluster)).outcome).toEqual({ kind: "failed", explanation, revision: 1 });
});

test.each([
  ["works", { kind: "deployed", revision: 1, journey: { outcome: "works", seconds: 4, page: PAGE } }, true],
  [
    "image",
    { kind: "failed", revision: 1, page: PAGE, explanation: { what: "Students cannot work on data8-prod: It does not work." } },
    false,
  ],
  ["content", { kind: "deployed", revision: 1, journey: { outcome: "broken", explanation: { fix: "Mend it." } } }, false],
  ["could-not-tell", { kind: "deployed", revision: 1, journey: { outcome: "could-not-tell" } }, false],
] as const)(
  "a journey that ends with %s decides how the rollout ends, and whether the next environment follows",
  async (end, expected, isNext) => {
    const cluster = startMemoryCluster();
    cluster.state.journey = journeyReport(end);
    const outcome = await rollOut(startJournal().live(), cluster.ports, { ...request, hasJourney: true });
    expect(outcome).toMatchObject(expected);
    expect(isGood(outcome)).toBe(isNext);
  },
);

test("a journey is played once, also when GitHub does not take its page, and when Campanile is killed over it", async () => {
  const cluster = startMemoryCluster();
  const journal = startJournal();
  const withJourney = { ...request, hasJourney: true };
  cluster.state.page = new ClusterError({ ...explanation, code: "github-unavailable", canRetry: true });
  const told = 8;
  await expect(rollOut(journal.live({ step: told, point: "before" }), cluster.ports, withJourney)).rejects.toThrow(
    "tell journey 3",
  );
  const outcome = await rollOut(journal.live(), cluster.ports, withJourney);
  expect(outcome).toEqual({ kind: "deployed", revision: 1, journey: { outcome: "works", seconds: 4 } });
  expect(cluster.state.journeys).toEqual({ played: 1, told: 1 });

  cluster.state.page = new Error("a bug");
  await expect(rollOut(startJournal().live(), cluster.ports, withJourney)).rejects.toThrow("a bug");
});

test("while students sit an exam no journey is played, the rollout is a success, and a replay after a crash says the same", async () => {
  const cluster = startMemoryCluster();
  const journal = startJournal();
  const withJourney = { ...request, hasJourney: true };
  const exam = { summary: "Midterm 1", endsAt: "2026-10-15T04:00:00.000Z", file: "calendars/data8.ics", line: 12 };
  cluster.state.exam = exam;
  const played = 7;
  await expect(rollOut(journal.live({ step: played, point: "kept" }), cluster.ports, withJourney)).rejects.toThrow(
    "play-journey 3",
  );
  // The exam is over when the process is up again, and yet what was decided stays.
  cluster.state.exam = undefined;
  const outcome = await rollOut(journal.live(), cluster.ports, withJourney);
  expect(outcome).toEqual({ kind: "deployed", revision: 1, exam });
  expect(isGood(outcome)).toBe(true);
  expect(cluster.state.journeys).toEqual({ played: 0, told: 0 });
  expect(journal.names.slice(-3)).toEqual(["play-journey 3", "observe 4", "record rollout"]);
});

test("a journey that was begun again after a crash is not played in the exam that has come since", async () => {
  const cluster = startMemoryCluster();
  const journal = startJournal();
  const withJourney = { ...request, hasJourney: true };
  await expect(rollOut(journal.live({ step: 7, point: "after" }), cluster.ports, withJourney)).rejects.toThrow("play-journey 3");
  cluster.state.exam = { summary: "Midterm 1", endsAt: "2026-10-15T04:00:00.000Z", file: "calendars/data8.ics", line: 12 };
  expect(await rollOut(journal.live(), cluster.ports, withJourney)).toMatchObject({ kind: "deployed", exam: { line: 12 } });
  expect(cluster.state.journeys).toEqual({ played: 1, told: 0 });
});

test("an upgrade of somebody else is waited for, and then ours comes", async () => {
  const cluster = startMemoryCluster();
  cluster.write("pending-upgrade", OTHERS, OTHERS);
  const { outcome, steps } = await run(cluster);
  expect(steps).toContain("wait-for-helm 1");
  expect(outcome).toEqual({ kind: "deployed", revision: 2 });
});

test("what Helm refuses for good is a failure without a revision", async () => {
  const cluster = startMemoryCluster();
  cluster.state.helm = async () => Promise.reject(new ConfigError({ ...explanation, code: "values-schema" }));
  expect((await run(cluster)).outcome).toEqual({ kind: "failed", explanation: { ...explanation, code: "values-schema" } });
});

test("what did not pass, however often the engine tried, is recorded as a failure", async () => {
  const cluster = startMemoryCluster();
  cluster.state.helm = async () => Promise.reject(new ClusterError({ ...explanation, canRetry: true }));
  const { outcome } = await run(cluster);
  expect(outcome).toMatchObject({ kind: "failed", explanation });
  expect(cluster.recorded).toMatchObject([{ outcome, announced: true }]);
});

test("what nobody expected is thrown, and nothing is recorded", async () => {
  const cluster = startMemoryCluster();
  const error = new Error("a bug");
  cluster.state.helm = async () => Promise.reject(error);
  await expect(run(cluster)).rejects.toBe(error);
  expect(cluster.recorded).toEqual([]);
});

test("a bundle that is no longer the planned one is not deployed", async () => {
  const cluster = startMemoryCluster();
  cluster.state.release = { ...release, bundleDigest: OTHERS };
  expect((await run(cluster)).outcome).toMatchObject({ kind: "failed", explanation: { code: "plan-stale" } });
  expect(cluster.state.upgrades).toBe(0);
});

test("the cluster is looked at once more right before Helm is called", async () => {
  const cluster = startMemoryCluster();
  const { announce } = cluster.ports;
  cluster.ports.announce = async (...given) => {
    await announce(...given);
    cluster.state.newestSha = OTHERS;
  };
  expect((await run(cluster)).outcome).toEqual({ kind: "superseded", bySha: OTHERS });
  expect(cluster.state.upgrades).toBe(0);
  expect(cluster.recorded).toMatchObject([{ announced: true }]);
});

test("two that correct each other without end: the rollout stops and says so", async () => {
  const cluster = startMemoryCluster();
  const { upgrade } = cluster.ports;
  cluster.ports.upgrade = async (...given) => {
    await upgrade(...given);
    cluster.write("deployed", OTHERS, OTHERS);
  };
  expect((await run(cluster)).outcome).toMatchObject({
    kind: "failed",
    explanation: { code: "release-overwritten", why: expect.stringContaining("Revision 2") },
  });
  expect(cluster.state.upgrades).toBe(1);
});

/** Lives until it dies, and once more until it is done. */
async function surviveOne(
  cluster: ReturnType<typeof startMemoryCluster>,
  dieAt?: Parameters<ReturnType<typeof startJournal>["live"]>[0],
) {
  const journal = startJournal();
  let deaths = 0;
  const first = await rollOut(journal.live(dieAt), cluster.ports, request).catch((error: unknown) => {
    if (!(error instanceof Death)) throw error;
    deaths++;
    return undefined;
  });
  return { deaths, outcome: first ?? (await rollOut(journal.live(), cluster.ports, request)) };
}

const STEPS = [
  "begin rollout",
  "observe 1",
  "announce rollout",
  "upgrade 1",
  "observe 2",
  "verify 2",
  "observe 3",
  "record rollout",
];

test.each(STEPS.flatMap((name, step) => (["before", "after", "kept"] as const).map((point) => ({ name, step, point }))))(
  "killed at “$name” ($point): the same end, one upgrade",
  async (dieAt) => {
    const cluster = startMemoryCluster();
    const { deaths, outcome } = await surviveOne(cluster, dieAt);
    expect(deaths).toBe(1);
    expect(outcome).toEqual({ kind: "deployed", revision: 1 });
    expect(cluster.state.upgrades).toBe(1);
    expect(cluster.revisions).toHaveLength(1);
    expect(cluster.recorded.at(-1)).toMatchObject({ outcome, announced: true });
  },
);

test.each(["before it began", "while it is pending", "after it deployed"] as const)(
  "killed under Helm, %s: the same end, one upgrade",
  async (point) => {
    const cluster = startMemoryCluster();
    cluster.state.dieInHelm = point;
    const { deaths, outcome } = await surviveOne(cluster);
    expect(deaths).toBe(1);
    expect(outcome).toEqual({ kind: "deployed", revision: 1 });
    expect(cluster.state.upgrades).toBe(1);
  },
);

test("killed after Helm failed for good: the failure stays, and Helm is not called again", async () => {
  const cluster = startMemoryCluster();
  let calls = 0;
  cluster.state.helm = async () => {
    calls++;
    cluster.write("failed", release.bundleDigest, request.sha);
    throw new ClusterError({ ...explanation, canRetry: false });
  };
  const { deaths, outcome } = await surviveOne(cluster, { step: 3, point: "after" });
  expect(deaths).toBe(1);
  expect(calls).toBe(1);
  expect(outcome).toMatchObject({ kind: "failed", revision: 1, explanation: { code: "helm-failed-before" } });
});
