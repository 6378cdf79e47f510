import { ClusterError, type Explanation } from "../../app/domain/errors.ts";
import type { ExamWindow } from "../../app/domain/exam-window.ts";
import type { Release } from "../../app/domain/release.ts";
import type { RolloutOutcome } from "../../app/domain/rollout.ts";
import { type Fault, type JourneyReport, type Outcome, outcomeOf, type StepReport } from "../../app/journey/journey.ts";
import { releasesOf } from "../../app/plan/releases-of.ts";
import type { HelmRevision } from "../../app/rollout/observation.ts";
import type { RolloutPorts, RolloutRequest } from "../../app/rollout/roll-out.ts";
import { makeFleet } from "../plan/make-fleet.ts";

export const release: Release = releaseNamed("data8-prod");

function releaseNamed(id: string): Release {
  const found = releasesOf(makeFleet(), "4.2.4").find((each) => each.id === id);
  if (!found) throw new Error(`no release ${id}`);
  return found;
}

export const request: RolloutRequest = {
  deployId: "delivery-1",
  source: { repository: "berkeley/deploy-config", installationId: 1, defaultBranch: "main" },
  releaseId: release.id,
  kubeContext: "courses",
  namespace: release.namespace,
  environment: "prod",
  ...(release.url === undefined ? {} : { url: release.url }),
  isProduction: true,
  sha: "a".repeat(40),
  bundleDigest: release.bundleDigest,
  hasJourney: false,
};

/** A journey whose one step ended so. */
export function journeyReport(kind: "works" | "could-not-tell" | Fault): JourneyReport {
  const explanation = { code: "x", what: "It does not work.", why: "Because.", fix: "Mend it." };
  const outcome: Outcome =
    kind === "works"
      ? { kind, says: "it works" }
      : kind === "could-not-tell"
        ? { kind, explanation }
        : { kind: "broken", fault: kind, explanation };
  const step = {
    step: "kernel" as const,
    title: "a kernel",
    outcome,
    latencyMs: 4_400,
    budgetSeconds: 9,
    evidence: [],
  } satisfies StepReport;
  const { id } = release;
  return { release: id, user: "campanile-probe", startedAt: "2026-11-25T20:00:00Z", outcome: outcomeOf([step]), steps: [step] };
}

/** The process ends here, whatever it was doing. */
export class Death extends Error {}

/**
 * A cluster, a branch and the records of one release, kept while the processes that work on them come and go.
 * Its Helm goes on by itself when the process that started it dies, as the real one does.
 */
export function startMemoryCluster() {
  const revisions: HelmRevision[] = [];
  const recorded: { outcome: RolloutOutcome; announced: boolean; startedAt: string }[] = [];
  const state = {
    newestSha: request.sha,
    upgrades: 0,
    announcements: 0,
    looks: 0,
    health: undefined as Explanation | undefined,
    quarantined: undefined as Explanation | undefined,
    journey: journeyReport("works"),
    /** The exam that students sit, if any. */
    exam: undefined as ExamWindow | undefined,
    /** Address of the page, or what GitHub says instead. */
    page: "https://github.example/runs/1" as string | Error,
    /** How often a journey was played and told. */
    journeys: { played: 0, told: 0 },
    release,
    /** What Helm does at its next call, instead of deploying. */
    helm: undefined as (() => Promise<void>) | undefined,
    /** Where the process dies while Helm is at work, once. */
    dieInHelm: undefined as "before it began" | "while it is pending" | "after it deployed" | undefined,
  };

  function write(status: HelmRevision["status"], bundleDigest: string | undefined, sha: string | undefined): HelmRevision {
    const revision = { revision: revisions.length + 1, status, bundleDigest, sha, createdAt: new Date().toISOString() };
    revisions.push(revision);
    return revision;
  }

  function dieIf(point: typeof state.dieInHelm): void {
    if (state.dieInHelm !== point) return;
    state.dieInHelm = undefined;
    throw new Death(point);
  }

  const ports: RolloutPorts = {
    fetchNewestSha: async () => state.newestSha,
    fetchRevisions: async () => structuredClone(revisions),
    findQuarantine: async () => state.quarantined,
    loadRelease: async () => state.release,
    async upgrade(wanted, sha) {
      if (state.helm) return state.helm();
      dieIf("before it began");
      if (revisions.at(-1)?.status.startsWith("pending-"))
        throw new ClusterError({ code: "helm-pending", what: "", why: "", fix: "", canRetry: true });
      state.upgrades++;
      const revision = write("pending-upgrade", wanted.bundleDigest, sha);
      dieIf("while it is pending");
      revision.status = "deployed";
      dieIf("after it deployed");
    },
    async waitForRevision(_context, _namespace, _name, number) {
      const revision = revisions.find((each) => each.revision === number);
      if (revision?.status.startsWith("pending-")) revision.status = "deployed";
    },
    verify: async () => state.health,
    async playJourney() {
      if (state.exam) return { kind: "exam", exam: state.exam };
      state.journeys.played++;
      return { kind: "played", report: state.journey };
    },
    async tellJourney() {
      state.journeys.told++;
      if (state.page instanceof Error) throw state.page;
      return state.page;
    },
    announce: async () => void state.announcements++,
    record: async (_request, _id, startedAt, outcome, announced) => void recorded.push({ outcome, announced, startedAt }),
    lookAfter: async () => void state.looks++,
  };
  return { ports, state, revisions, recorded, write };
}

/** A journal of finished steps, as a durable engine keeps it: what is in it is never run again. */
export function startJournal() {
  const finished = new Map<string, string>();
  const names: string[] = [];
  return {
    names,
    /** One life of the process. @param dieAt which step, counted from 0, and whether its work was done and its result kept */
    live(dieAt?: { step: number; point: "before" | "after" | "kept" }) {
      let count = 0;
      return {
        id: "rollout-1",
        async step<T>(name: string, run: () => Promise<T>): Promise<T> {
          const index = count++;
          const point = dieAt?.step === index ? dieAt.point : undefined;
          const known = finished.get(name);
          if (known === undefined) {
            if (point === "before") throw new Death(name);
            const result = JSON.stringify(await run()) ?? "null";
            if (point === "after") throw new Death(name);
            finished.set(name, result);
            names.push(name);
          }
          if (point === "kept") throw new Death(name);
          return JSON.parse(finished.get(name) ?? "null");
        },
      };
    },
  };
}
