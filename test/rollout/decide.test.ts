import fc from "fast-check";
import { expect, test } from "vitest";
import { type Action, decide, HELM_CALL_LIMIT_SECONDS } from "../../app/rollout/decide.ts";
import type { HelmRevision, Learnt, Observation } from "../../app/rollout/observation.ts";

const OURS = "a".repeat(40);
const OTHERS = "0".repeat(40);
const SHA = "b".repeat(40);
const NOW = "2026-11-24T12:00:00.000Z";
const GOAL = { releaseId: "data8-prod", bundleDigest: OURS, sha: SHA, hasJourney: false };
const why = (code: string) => ({ code, what: "It failed.", why: "It was so.", fix: "Mend it." });

function revision(status: HelmRevision["status"], bundleDigest: string | null = OURS, ageSeconds = 10): HelmRevision {
  return {
    revision: 7,
    status,
    bundleDigest: bundleDigest ?? undefined,
    sha: SHA,
    createdAt: new Date(Date.parse(NOW) - ageSeconds * 1000).toISOString(),
  };
}

function seen(last: HelmRevision | undefined, rest: Partial<Observation> = {}): Observation {
  const old: HelmRevision = { ...revision("superseded", OTHERS, 86_400), revision: 6 };
  return { observedAt: NOW, newestSha: SHA, revisions: last ? [old, last] : [], quarantined: null, learnt: [], ...rest };
}

const short = (action: Action) => {
  if (action.kind !== "finish") return action.kind === "upgrade" ? "upgrade" : `${action.kind} ${action.revision}`;
  const { outcome } = action;
  return outcome.kind === "failed" ? `failed: ${outcome.explanation.code} at ${outcome.revision ?? "no revision"}` : outcome.kind;
};

const CASES: [string, Observation, string][] = [
  ["a release that is not there", seen(undefined), "upgrade"],
  ["one that runs another bundle", seen(revision("deployed", OTHERS)), "upgrade"],
  ["one that somebody installed without labels", seen(revision("deployed", null)), "upgrade"],
  ["one that another bundle failed on", seen(revision("failed", OTHERS)), "upgrade"],
  ["one that was uninstalled", seen(revision("uninstalled")), "upgrade"],
  [
    "a newer commit on the branch before anything was done",
    seen(revision("deployed", OTHERS), { newestSha: OTHERS }),
    "superseded",
  ],
  ["our bundle, not looked at yet", seen(revision("deployed")), "verify 7"],
  ["our bundle, and a newer commit on the branch", seen(revision("deployed"), { newestSha: OTHERS }), "verify 7"],
  [
    "our bundle, quarantined before: it is looked at again",
    seen(revision("deployed"), { quarantined: why("image-pull") }),
    "verify 7",
  ],
  ["our bundle, verified", seen(revision("deployed"), { learnt: [{ kind: "upgraded" }, { kind: "verified" }] }), "deployed"],
  [
    "our bundle, unhealthy",
    seen(revision("deployed"), { learnt: [{ kind: "unhealthy", explanation: why("crash-loop") }] }),
    "failed: crash-loop at 7",
  ],
  [
    "our bundle failed in this rollout",
    seen(revision("failed"), { learnt: [{ kind: "helm-failed", explanation: why("hook") }] }),
    "failed: hook at 7",
  ],
  [
    "Helm refused before it wrote a revision",
    seen(revision("deployed", OTHERS), { learnt: [{ kind: "helm-failed", explanation: why("values-schema") }] }),
    "failed: values-schema at no revision",
  ],
  ["our bundle failed, and the reason was lost", seen(revision("failed")), "failed: helm-failed-before at 7"],
  ["our bundle failed, and the reason is known", seen(revision("failed"), { quarantined: why("image-pull") }), "quarantined"],
  ["a quarantined bundle", seen(revision("deployed", OTHERS), { quarantined: why("image-pull") }), "quarantined"],
  ["a quarantined bundle on a release that is gone", seen(undefined, { quarantined: why("image-pull") }), "quarantined"],
  [
    "our bundle, quarantined before and still unhealthy",
    seen(revision("deployed"), {
      quarantined: why("image-pull"),
      learnt: [{ kind: "unhealthy", explanation: why("crash-loop") }],
    }),
    "quarantined",
  ],
  [
    "somebody's upgrade after ours",
    seen(revision("deployed", OTHERS), { learnt: [{ kind: "upgraded" }] }),
    "failed: release-overwritten at no revision",
  ],
  [
    "records that vanished after our upgrade",
    seen(undefined, { learnt: [{ kind: "upgraded" }] }),
    "failed: release-overwritten at no revision",
  ],
  ["our upgrade under way", seen(revision("pending-upgrade")), "wait-for-helm 7"],
  ["somebody's upgrade under way", seen(revision("pending-upgrade", OTHERS)), "wait-for-helm 7"],
  ["somebody's rollback under way", seen(revision("pending-rollback", null)), "wait-for-helm 7"],
  ["an install just within its time", seen(revision("pending-install", OURS, HELM_CALL_LIMIT_SECONDS - 1)), "wait-for-helm 7"],
  [
    "an install that nobody runs any more",
    seen(revision("pending-install", OURS, HELM_CALL_LIMIT_SECONDS)),
    "failed: helm-stuck at 7",
  ],
  [
    "an upgrade of somebody that nobody runs any more",
    seen(revision("pending-upgrade", OTHERS, 3600)),
    "failed: helm-stuck at 7",
  ],
];

test.each(CASES)("%s", (_what, observation, action) => {
  expect(short(decide(GOAL, observation))).toBe(action);
});

const VERIFIED: Learnt[] = [{ kind: "upgraded" }, { kind: "verified" }];

test.each<[string, Learnt[], string]>([
  ["is played once its workloads are up", VERIFIED, "play-journey 7"],
  ["is not played before", [{ kind: "upgraded" }], "verify 7"],
  [
    "is not played during an exam",
    [...VERIFIED, { kind: "exam", exam: { summary: "Final", endsAt: NOW, file: "calendars/data8.ics", line: 1 } }],
    "deployed",
  ],
  ["is played once", [...VERIFIED, { kind: "journey", news: { outcome: "works", seconds: 30 } }], "deployed"],
  ["that breaks fails the release", [...VERIFIED, { kind: "unhealthy", explanation: why("import") }], "failed: import at 7"],
])("the journey of a hub that has one %s", (_what, learnt, action) => {
  expect(short(decide({ ...GOAL, hasJourney: true }, seen(revision("deployed"), { learnt })))).toBe(action);
});

test("only the newest revision counts", () => {
  const observation = seen(revision("deployed"));
  observation.revisions.unshift({ ...revision("pending-upgrade"), revision: 1 });
  expect(short(decide(GOAL, observation))).toBe("verify 7");
});

test("a release that is stuck is told with the commands that help", () => {
  const action = decide(GOAL, seen(revision("pending-upgrade", OTHERS, 3600)));
  expect(action).toMatchObject({
    outcome: {
      explanation: {
        what: expect.stringContaining("revision 7 is pending-upgrade"),
        fix: expect.stringContaining("helm rollback"),
      },
    },
  });
});

const STATUSES = [
  "unknown",
  "deployed",
  "uninstalled",
  "superseded",
  "failed",
  "uninstalling",
  "pending-install",
  "pending-upgrade",
  "pending-rollback",
] as const;
const anyRevision = fc.record({
  revision: fc.constantFrom(1, 2, 3),
  status: fc.constantFrom(...STATUSES),
  bundleDigest: fc.constantFrom(OURS, OTHERS, undefined),
  sha: fc.constantFrom(SHA, OTHERS, undefined),
  createdAt: fc.constantFrom(NOW, "2026-11-24T11:59:00Z", "2026-11-24T11:00:00Z", "2026-11-25T00:00:00Z", "no time at all"),
});
const PENDING = ["pending-install", "pending-upgrade", "pending-rollback"] as const;
const anyLearnt = fc.constantFrom<Learnt>(
  { kind: "upgraded" },
  { kind: "verified" },
  { kind: "unhealthy", explanation: why("crash-loop") },
  { kind: "helm-failed", explanation: why("hook") },
);
const anyObservation = fc.record<Observation>({
  observedAt: fc.constant(NOW),
  newestSha: fc.constantFrom(SHA, OTHERS),
  revisions: fc.array(anyRevision, { maxLength: 3 }),
  quarantined: fc.constantFrom(null, why("image-pull")),
  learnt: fc.array(anyLearnt, { maxLength: 3 }),
});

test("whatever is seen, there is one next action, and the same one every time", () => {
  fc.assert(
    fc.property(anyObservation, (observation) => {
      const action = decide(GOAL, observation);
      expect(["upgrade", "wait-for-helm", "verify", "finish"]).toContain(action.kind);
      expect(decide(GOAL, structuredClone(observation))).toEqual(action);
    }),
    { numRuns: 1000 },
  );
});

test("whatever is seen, nothing is done to a release that Helm is at work on", () => {
  fc.assert(
    fc.property(
      anyObservation,
      anyRevision.map((last) => ({ ...last, status: PENDING[last.revision - 1] ?? "pending-upgrade" })),
      (observation, last) => {
        const action = decide(GOAL, { ...observation, revisions: [...observation.revisions, last] });
        expect(["wait-for-helm", "finish"]).toContain(action.kind);
        if (action.kind === "finish") expect(action.outcome.kind).toBe("failed");
      },
    ),
  );
});

test("whatever is seen: one upgrade at most, never of a bundle that failed, and done means deployed and verified", () => {
  const seenActions = new Set<string>();
  fc.assert(
    fc.property(anyObservation, (observation) => {
      const action = decide(GOAL, observation);
      seenActions.add(short(action));
      const last = observation.revisions.at(-1);
      if (action.kind === "upgrade") {
        expect(observation.learnt.filter(({ kind }) => kind !== "verified")).toEqual([]);
        expect(observation).toMatchObject({ quarantined: null, newestSha: SHA });
        expect(last?.bundleDigest === OURS && /^(deployed|failed)$/.test(last.status)).toBe(false);
      }
      if (action.kind === "finish" && action.outcome.kind === "deployed") {
        expect(last).toMatchObject({ bundleDigest: OURS, status: "deployed" });
        expect(observation.learnt).toContainEqual({ kind: "verified" });
      }
    }),
    { numRuns: 3000 },
  );
  expect([...seenActions]).toEqual(expect.arrayContaining(["upgrade", "deployed", "superseded"]));
});
