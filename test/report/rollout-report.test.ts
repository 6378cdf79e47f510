import { expect, test } from "vitest";
import type { DeployProgress, ReleaseProgress, ReleaseState } from "../../app/domain/deploy-progress.ts";
import {
  deployCheck,
  deploymentDescription,
  leftToNewer,
  rolloutSection,
  unfinishedSection,
} from "../../app/report/rollout-report.ts";

const startedAt = new Date("2026-11-24T11:00:00Z");
const SHA = "0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c";
const explanation = {
  code: "image-pull",
  what: "The image registry.campanile.example/user-data8:2026.11.2@sha256:be187f631112 cannot be pulled, so the container user of pod hook-image-puller-x2x4q does not start.",
  why: "The registry's answer: manifest unknown.",
  fix: "Check that this tag and digest were really pushed, and that the cluster may read the repository. Then merge a pull request with the right pin.",
};

test("why each release moved is told once for those that share it, also what only the cluster knew", () => {
  const byHand = { ...release("data8", "prod", deployed), reasons: ["image <b> → 2", "somebody ran Helm on it by hand"] };
  const shared = ["staging", "prod"].map((each) => ({ ...release("data100", each, deployed), reasons: ["image <b> → 2"] }));
  expect(rolloutSection(progress(byHand, ...shared))).toMatch(
    /\n\n\*\*Why:\*\* image &lt;b&gt; → 2; somebody ran Helm on it by hand \(data8-prod\)\.$/,
  );
  const many = Array.from({ length: 100 }, (_, index) => ({
    ...release(`hub${index}`, "prod", deployed),
    reasons: [`reason ${index} ${"x".repeat(400)}`],
  }));
  const section = rolloutSection(progress(...many));
  expect(section).toMatch(/…\s?\(hub0-prod\); .*; and \d+ more reasons\.$/);
  expect(Buffer.byteLength(section)).toBeLessThan(10_000);
});

function release(hub: string, environment: string, state: ReleaseState, seconds = 95): ReleaseProgress {
  const times = state.kind === "waiting" ? {} : { startedAt, at: new Date(startedAt.getTime() + seconds * 1000) };
  return {
    releaseId: `${hub}-${environment}`,
    hub,
    hubTitle: { data8: "Data 8", data100: "Data 100" }[hub] ?? hub,
    environment,
    url: `https://${hub}-${environment}.courses.example`,
    reasons: ["image user-data8 2026.11.1 → 2026.11.2"],
    state,
    ...times,
  };
}

const progress = (...releases: ReleaseProgress[]): DeployProgress => ({ sha: SHA, pullRequests: [42], startedAt, releases });

const deployed: ReleaseState = { kind: "deployed", revision: 7 };
const failed: ReleaseState = { kind: "failed", explanation, revision: 8 };

const PAGE = "https://github.com/berkeley/deploy-config/runs/51234567890";
const NO_BRANCH = {
  code: "journey-branch",
  what: "The link of the syllabus pulls the branch fa27, which does not exist.",
  why: "The repository has main.",
  fix: "Correct the link in the syllabus, and in hub.yaml.",
};
const NO_ROOM = {
  code: "journey-no-room",
  what: "The cluster has no room for the probe's server.",
  why: "0/3 nodes are available: 3 Insufficient memory.",
  fix: "Look at the node pool of students' servers, then merge again.",
};

const EXAM = { summary: "Midterm 1", endsAt: "2026-10-15T04:00:00.000Z", file: "calendars/data8.ics", line: 12 };

const STATES: Record<string, DeployProgress> = {
  "nothing-to-do": progress(),
  running: progress(release("data8", "staging", { kind: "rolling-out" }), release("data8", "prod", { kind: "waiting" })),
  "staging-done": progress(release("data8", "staging", deployed), release("data8", "prod", { kind: "rolling-out" })),
  "all-good": progress(release("data8", "staging", deployed), release("data8", "prod", deployed, 41)),
  "two-hubs-good": progress(
    release("data100", "staging", deployed),
    release("data100", "prod", deployed),
    release("data8", "staging", deployed),
    release("data8", "prod", deployed),
  ),
  "staging-failed-prod-held": progress(
    release("data8", "staging", failed),
    release("data8", "prod", { kind: "not-started", because: "data8-staging failed" }, 0),
  ),
  "one-hub-failed-the-other-good": progress(
    release("data100", "staging", deployed),
    release("data100", "prod", deployed),
    release("data8", "staging", failed),
    release("data8", "prod", { kind: "not-started", because: "data8-staging failed" }, 0),
  ),
  "prod-waits-for-a-person": progress(
    release("data8", "staging", deployed),
    release("data8", "prod", { kind: "not-started", because: "campanile.yaml says that a person starts prod" }, 0),
  ),
  "held-by-a-person": progress(
    release("data8", "prod", { kind: "not-started", because: "campanile.yaml says that a person starts prod" }, 0),
  ),
  "failed-before": progress(
    release("data8", "staging", { kind: "quarantined", explanation }, 0),
    release("data8", "prod", { kind: "not-started", because: "data8-staging failed before" }, 0),
  ),
  "failed-before-the-other-hub-good": progress(
    release("data100", "staging", deployed),
    release("data100", "prod", deployed),
    release("data8", "staging", { kind: "quarantined", explanation }, 0),
  ),
  superseded: progress(
    release("data8", "staging", { kind: "superseded", bySha: "f".repeat(40) }, 0),
    release("data8", "prod", { kind: "not-started", because: "a newer commit took over on staging" }, 0),
  ),
  "journeys-work": progress(
    release("data8", "staging", { ...deployed, journey: { outcome: "works", seconds: 31, page: PAGE } }),
    release("data8", "prod", { ...deployed, journey: { outcome: "works", seconds: 28 } }),
  ),
  "no-journey-during-an-exam": progress(
    release("data8", "staging", { ...deployed, journey: { outcome: "works", seconds: 31, page: PAGE } }),
    release("data8", "prod", { ...deployed, exam: EXAM }),
  ),
  "journey-broken-in-the-material": progress(
    release("data8", "staging", { ...deployed, journey: { outcome: "broken", seconds: 12, page: PAGE, explanation: NO_BRANCH } }),
    release("data8", "prod", { kind: "not-started", because: "students cannot do all of their work on data8-staging" }, 0),
  ),
  "journey-fails": progress(
    release("data8", "staging", { ...failed, page: PAGE }),
    release("data8", "prod", { kind: "not-started", because: "data8-staging failed" }, 0),
  ),
  "journey-not-told": progress(
    release("data8", "staging", { ...deployed, journey: { outcome: "could-not-tell", seconds: 90, explanation: NO_ROOM } }),
    release("data8", "prod", { kind: "not-started", because: "nobody could tell whether students can work on data8-staging" }, 0),
  ),
  "prod-failed": progress(release("data8", "staging", deployed), release("data8", "prod", failed)),
};

test.each(Object.entries(STATES))("what a merged pull request is told: %s", async (name, state) => {
  await expect(`${rolloutSection(state)}\n`).toMatchFileSnapshot(`expected/rollout-${name}.md`);
});

test("a commit that was not the newest any more names the one that is", async () => {
  const { text, title } = leftToNewer("f".repeat(40));
  await expect(`${text}\n`).toMatchFileSnapshot("expected/rollout-left-to-newer.md");
  expect(title).toBe("Left to a newer commit");
});

const unavailable = {
  code: "github-unavailable",
  what: "GitHub did not let Campanile write its comment.",
  why: "It answered 502: Server Error.",
  fix: "Once GitHub answers again, push again, or redeliver the webhook in the App's settings.",
};

test("a rollout that broke off says why, and how far it had come", async () => {
  const section = unfinishedSection(unavailable, STATES["staging-done"]);
  await expect(`${section}\n`).toMatchFileSnapshot("expected/rollout-not-finished.md");
  expect(unfinishedSection(unavailable, undefined)).not.toContain("| Release |");
});

const CHECKS: [string, string, string][] = [
  ["nothing-to-do", "success", "Nothing to roll out"],
  ["all-good", "success", "2 releases rolled out"],
  ["staging-failed-prod-held", "failure", "1 release failed"],
  ["prod-waits-for-a-person", "success", "1 release rolled out"],
  ["held-by-a-person", "success", "Nothing rolled out yet"],
  ["one-hub-failed-the-other-good", "failure", "1 release failed, 2 releases rolled out"],
  ["failed-before", "failure", "1 release failed before"],
  ["failed-before-the-other-hub-good", "failure", "2 releases rolled out, 1 release failed before"],
  ["superseded", "success", "Left to a newer commit"],
  ["journeys-work", "success", "2 releases rolled out"],
  ["no-journey-during-an-exam", "success", "2 releases rolled out"],
  ["journey-broken-in-the-material", "failure", "1 release rolled out, but students cannot work on it"],
  ["journey-not-told", "failure", "1 release rolled out, but nobody could tell whether students can work on it"],
];

test.each(CHECKS)("the deploy check: %s is a %s", (name, conclusion, title) => {
  const state = STATES[name];
  if (!state) throw new Error(`no state ${name}`);
  expect(deployCheck(state)).toEqual({ conclusion, title, summary: rolloutSection(state), annotations: [] });
});

test("many failures are counted and the first are told", () => {
  const many = Array.from({ length: 200 }, (_, n) =>
    release(`hub${n}`, "staging", { ...failed, explanation: { ...explanation, why: "x".repeat(900) } }),
  );
  const section = rolloutSection(progress(...many));
  expect(section).toContain("### Rollout failed on 200 releases");
  expect(section).toContain("**hub0-staging failed.**");
  expect(section).toMatch(/\d+ more releases failed; their deployments on GitHub say why\./);
  expect(Buffer.byteLength(section)).toBeLessThan(15_500);
});

test.each([
  [deployed, "Healthy."],
  [{ ...deployed, exam: EXAM }, "Healthy; no journey during the exam “Midterm 1”."],
  [{ kind: "superseded", bySha: "f" } as const, "A newer commit took over."],
  [failed, expect.stringMatching(/^The image registry\.campanile\.example\/user-data8:2026\.11\.2 cannot be pulled, .+…$/)],
])("a deployment's status: $kind", (outcome, description) => {
  if (outcome.kind !== "deployed" && outcome.kind !== "superseded" && outcome.kind !== "failed") return;
  expect(deploymentDescription(outcome)).toEqual(description);
  expect(deploymentDescription(outcome).length).toBeLessThanOrEqual(140);
});

test("a deployment's status is cut between characters", () => {
  const what = `${"x".repeat(138)}😀 and more`;
  expect(deploymentDescription({ ...failed, explanation: { ...explanation, what } })).toBe(`${"x".repeat(138)}…`);
});
