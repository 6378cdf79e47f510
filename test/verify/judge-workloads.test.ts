import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judgeHooks, judgeWorkloads, type Verdict } from "../../app/verify/judge-workloads.ts";
import { NOW, readSnapshot } from "./read-snapshot.ts";

const short = (verdict: Verdict) => {
  if (verdict.kind === "failed") return `failed: ${verdict.explanation.code}`;
  return verdict.kind === "waiting" ? `waiting: ${verdict.on.join("; ")}` : "ready";
};

const HUB_WAITS = "waiting: Deployment hub: 0 of 1 pods available";

const WORKLOADS: [string, string[], string][] = [
  ["a namespace without workloads of ours", ["other-release"], "ready"],
  ["a hub that is rolled out", ["hub-rolled-out", "pod-running"], "ready"],
  ["all kinds rolled out", ["hub-rolled-out", "placeholders-ready", "puller-ready", "job-complete"], "ready"],
  ["another release and a student's server failing beside it", ["hub-rolled-out", "pod-running", "other-release"], "ready"],
  ["a pod that came up after one crash", ["hub-rolled-out", "pod-restarted-once"], "ready"],
  ["a hub that starts", ["hub-rolling-out", "pod-creating"], HUB_WAITS],
  [
    "a hub whose controller has not looked yet",
    ["hub-not-seen-yet", "pod-crash-loop"],
    "waiting: Deployment hub: 1 of 1 pods available",
  ],
  ["a hub whose old pod still answers", ["hub-old-pod-still-there"], "waiting: Deployment hub: 1 of 1 pods available"],
  ["a hub that starts while its old pod crashes", ["hub-rolling-out", "pod-creating", "pod-of-old-template-crashing"], HUB_WAITS],
  ["a crashing pod that is being deleted", ["hub-rolling-out", "pod-being-deleted"], HUB_WAITS],
  ["an image that is not there", ["hub-rolling-out", "pod-image-not-found"], "failed: image-pull"],
  ["an init container whose registry wants a login", ["hub-rolling-out", "pod-init-image-denied"], "failed: image-pull"],
  ["a registry that is slow for a minute", ["hub-rolling-out", "pod-registry-slow"], HUB_WAITS],
  ["a registry that is slow for two minutes", ["hub-rolling-out", "pod-registry-gone"], "failed: image-pull"],
  ["an image whose name cannot be one", ["hub-rolling-out", "pod-image-name-invalid"], "failed: image-pull"],
  ["a Secret without the key", ["hub-rolling-out", "pod-key-missing"], "failed: container-not-created"],
  ["a container that crashes again and again", ["hub-rolling-out", "pod-crash-loop"], "failed: crash-loop"],
  ["a container that wants more memory than it may have", ["hub-rolling-out", "pod-oom-killed"], "failed: crash-loop"],
  ["no node for 30 s", ["hub-rolling-out", "pod-unschedulable"], "failed: unschedulable"],
  ["no node for 10 s", ["hub-rolling-out", "pod-unschedulable-just-now"], HUB_WAITS],
  ["no node for 30 s, but one is being started", ["hub-rolling-out", "pod-unschedulable", "event-scale-up"], HUB_WAITS],
  ["a volume whose ConfigMap is missing", ["hub-rolling-out", "pod-creating", "event-failed-mount"], "failed: volume-mount"],
  [
    "a volume that came late, and an image that takes long",
    ["hub-rolling-out", "pod-creating", "event-failed-mount", "event-pulling"],
    HUB_WAITS,
  ],
  ["a volume that came late, and a pod that runs", ["hub-rolled-out", "pod-running", "event-failed-mount"], "ready"],
  ["a hub over its quota", ["hub-over-quota"], "failed: pods-refused"],
  ["a hub past its deadline", ["hub-deadline-exceeded", "pod-creating"], "failed: progress-deadline"],
  ["a hub past its deadline because it crashes", ["hub-deadline-exceeded", "pod-crash-loop"], "failed: crash-loop"],
  ["placeholders on their way", ["placeholders-rolling"], "waiting: StatefulSet user-placeholder: 2 of 2 pods ready"],
  ["a new placeholder without its image", ["placeholder-image-not-found"], "failed: image-pull"],
  [
    "an old placeholder without its image",
    ["placeholder-of-old-revision-failing"],
    "waiting: StatefulSet user-placeholder: 1 of 2 pods ready",
  ],
  ["a new puller without its image", ["puller-image-not-found"], "failed: image-pull"],
  [
    "an old puller without its image",
    ["puller-of-old-template-failing"],
    "waiting: DaemonSet continuous-image-puller: 3 of 4 pods available",
  ],
  ["a job at work", ["job-running"], "waiting: Job migrate to complete"],
  ["a job that gave up", ["job-failed"], "failed: job-failed"],
  ["two things that are missing", ["hub-rolling-out", "job-running"], `${HUB_WAITS}; Job migrate to complete`],
];

test.each(WORKLOADS)("%s", async (_what, files, verdict) => {
  expect(short(judgeWorkloads(await readSnapshot(...files), "data8-prod", NOW))).toBe(verdict);
});

test("a fresh workload that no controller has seen is waited for", async () => {
  const snapshot = await readSnapshot("hub-rolled-out", "placeholders-ready", "puller-ready");
  const fresh = {
    ...snapshot,
    deployments: snapshot.deployments.map(({ status: _status, ...rest }) => rest),
    statefulSets: snapshot.statefulSets.map(({ status: _status, ...rest }) => rest),
    daemonSets: snapshot.daemonSets.map(({ status: _status, ...rest }) => rest),
  };
  expect(short(judgeWorkloads(fresh, "data8-prod", NOW))).toBe(
    "waiting: Deployment hub: 0 of 1 pods available; StatefulSet user-placeholder: 0 of 2 pods ready; DaemonSet continuous-image-puller: 0 of 0 pods available",
  );
});

const WORDS: [string[], string[]][] = [
  [
    ["hub-rolling-out", "pod-image-not-found"],
    ["registry.campanile.example/hub:5.5.0 cannot be pulled", "container hub of pod hub-5f9c7d8b6c-x2x4q", "not found"],
  ],
  [
    ["hub-rolling-out", "pod-crash-loop"],
    ["crashes again and again", "Error (exit code 1), 3 restarts", "kubectl logs --previous"],
  ],
  [
    ["hub-rolling-out", "pod-oom-killed"],
    ["OOMKilled (exit code 137)", "more memory"],
  ],
  [
    ["hub-rolling-out", "pod-unschedulable"],
    ["No node can take pod hub-5f9c7d8b6c-x2x4q", "didn't match Pod's node affinity/selector"],
  ],
  [
    ["hub-rolling-out", "pod-creating", "event-failed-mount"],
    ["cannot be mounted", 'configmap "hub-extra" not found'],
  ],
  [["hub-rolling-out", "pod-key-missing"], ["couldn't find key values.yml in Secret data8-prod/hub"]],
  [["hub-over-quota"], ["exceeded quota: courses"]],
  [["job-failed"], ["Job migrate failed", "reached the specified backoff limit"]],
];

test.each(WORDS)("%s is told in Kubernetes' own words, with what to do", async (files, words) => {
  const verdict = judgeWorkloads(await readSnapshot(...files), "data8-prod", NOW);
  if (verdict.kind !== "failed") throw new Error("not failed");
  const { what, why, fix } = verdict.explanation;
  for (const word of words) expect(`${what} ${why} ${fix}`).toContain(word);
  for (const sentence of [what, why, fix]) expect(sentence).toMatch(/[^.]\.$/);
});

const SINCE = new Date("2026-11-24T11:59:33Z");
const HOOKS: [string, string[], string][] = [
  ["hooks at work", ["hooks-running"], "waiting: Helm's hooks"],
  ["no hooks", [], "waiting: Helm's hooks"],
  ["a hook job without its image", ["hook-job-image-not-found"], "failed: image-pull"],
  ["a hook puller without its image", ["hook-puller-image-not-found"], "failed: image-pull"],
  ["a hook job that may be out of luck", ["hook-job-failed-twice"], "waiting: Helm's hooks"],
  ["a hook job that fails again and again", ["hook-job-failed-again"], "failed: hook-failed"],
  ["a hook that an earlier upgrade left behind", ["hook-of-an-earlier-upgrade-failing"], "waiting: Helm's hooks"],
  ["pods that are no hooks", ["hub-rolling-out", "pod-crash-loop", "puller-image-not-found"], "waiting: Helm's hooks"],
];

test.each(HOOKS)("hooks: %s", async (_what, files, verdict) => {
  expect(short(judgeHooks(await readSnapshot(...files), SINCE, NOW))).toBe(verdict);
});

test("a hook that fails is told with how its container ended", async () => {
  const verdict = judgeHooks(await readSnapshot("hook-job-failed-again"), SINCE, NOW);
  expect(verdict).toMatchObject({
    explanation: {
      what: expect.stringContaining("hook-image-awaiter, which Helm runs before the release is changed, failed 3 times."),
      why: "Its container hook-image-awaiter ended with Error (exit code 1).",
      fix: expect.stringContaining("kubectl logs job/hook-image-awaiter"),
    },
  });
});

test("every fixture is read by a test", async () => {
  const files = await readdir(join(import.meta.dirname, "../fixtures/kubernetes"));
  const tests = await readFile(import.meta.filename, "utf8");
  const unread = files.filter((file) => file.endsWith(".yaml") && !tests.includes(`"${file.replace(".yaml", "")}"`));
  expect(unread).toEqual([]);
});
