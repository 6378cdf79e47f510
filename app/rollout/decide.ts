import type { Explanation } from "../domain/errors.ts";
import type { RolloutOutcome } from "../domain/rollout.ts";
import type { HelmRevision, Observation } from "./observation.ts";

/** What the rollout wants: this bundle of this commit on this release. */
export interface RolloutGoal {
  releaseId: string;
  bundleDigest: string;
  sha: string;
  /** Whether a student's journey has to work before the release counts as deployed. */
  hasJourney: boolean;
}

/** The one next thing to do; every one of them may be done twice. */
export type Action =
  | { kind: "upgrade" }
  | { kind: "wait-for-helm"; revision: number }
  | { kind: "verify"; revision: number }
  | { kind: "play-journey"; revision: number }
  | { kind: "finish"; outcome: RolloutOutcome };

/** Longer than any Helm call of ours is allowed to run, so that whoever started it is gone. */
export const HELM_CALL_LIMIT_SECONDS = 600;

/**
 * Decides by what was seen, and by nothing remembered: after a crash the same observation gives the same action.
 *
 * - our bundle's revision is pending: somebody's Helm is at it (perhaps one that outlived its Campanile); wait until it cannot be
 * - our bundle's revision is deployed: verify it once, play the journey where there is one and no exam, then done; also if it was
 *   unhealthy before, because it may have recovered
 * - our bundle failed before: done, and never tried again by itself
 * - we deployed and the release is not at our bundle: somebody else changes it too; two that correct each other would never end
 * - anything else: upgrade, unless a newer commit took over before we began
 */
export function decide(goal: RolloutGoal, seen: Observation): Action {
  const last = seen.revisions.at(-1);
  const failure = seen.learnt.find((fact) => fact.kind === "helm-failed" || fact.kind === "unhealthy");
  const isOurs = last?.bundleDigest === goal.bundleDigest;

  if (last && isPending(last)) return decidePending(last, goal, seen);
  if (failure) {
    if (seen.quarantined) return finish({ kind: "quarantined", explanation: failure.explanation });
    const page = failure.kind === "unhealthy" ? failure.page : undefined;
    return finish({
      kind: "failed",
      explanation: failure.explanation,
      ...(isOurs ? { revision: last.revision } : {}),
      ...(page === undefined ? {} : { page }),
    });
  }
  if (isOurs && last.status === "deployed") {
    if (!seen.learnt.some((fact) => fact.kind === "verified")) return { kind: "verify", revision: last.revision };
    const journey = seen.learnt.find((fact) => fact.kind === "journey")?.news;
    const exam = seen.learnt.find((fact) => fact.kind === "exam")?.exam;
    if (goal.hasJourney && !journey && !exam) return { kind: "play-journey", revision: last.revision };
    return finish({ kind: "deployed", revision: last.revision, ...(journey ? { journey } : {}), ...(exam ? { exam } : {}) });
  }
  if (seen.quarantined) return finish({ kind: "quarantined", explanation: seen.quarantined });
  if (isOurs && last.status === "failed")
    return finish({ kind: "failed", explanation: failedBefore(goal, last), revision: last.revision });
  if (seen.learnt.some((fact) => fact.kind === "upgraded"))
    return finish({ kind: "failed", explanation: overwritten(goal, last) });
  if (seen.newestSha !== goal.sha) return finish({ kind: "superseded", bySha: seen.newestSha });
  return { kind: "upgrade" };
}

function finish(outcome: RolloutOutcome): Action {
  return { kind: "finish", outcome };
}

function isPending(revision: HelmRevision): boolean {
  return revision.status.startsWith("pending-");
}

function decidePending(last: HelmRevision, goal: RolloutGoal, seen: Observation): Action {
  const ageSeconds = (Date.parse(seen.observedAt) - Date.parse(last.createdAt)) / 1000;
  if (ageSeconds < HELM_CALL_LIMIT_SECONDS) return { kind: "wait-for-helm", revision: last.revision };
  return finish({
    kind: "failed",
    revision: last.revision,
    explanation: {
      code: "helm-stuck",
      what: `${goal.releaseId} was left in the middle of a Helm operation (revision ${last.revision} is ${last.status}).`,
      why: "The process that ran it has gone, and Helm refuses every upgrade of a release in this state.",
      fix: `Look at it with "helm history ${goal.releaseId}", roll back to the last deployed revision with "helm rollback", then merge again.`,
    },
  });
}

function failedBefore(goal: RolloutGoal, last: HelmRevision): Explanation {
  return {
    code: "helm-failed-before",
    what: `${goal.releaseId} was not deployed.`,
    why: `Helm failed with exactly these inputs before (revision ${last.revision}), and the reason was lost in a restart.`,
    fix: `"helm history ${goal.releaseId}" shows what Helm wrote down. Correct it in a new pull request: the same inputs are not tried again by themselves.`,
  };
}

function overwritten(goal: RolloutGoal, last: HelmRevision | undefined): Explanation {
  return {
    code: "release-overwritten",
    what: `${goal.releaseId} does not run what was just deployed to it.`,
    why: last
      ? `Revision ${last.revision} (${last.status}) came after it, and it is not Campanile's.`
      : "Helm's records of the release are gone.",
    fix: `Find out who else changes this release ("helm history ${goal.releaseId}"), agree that only Campanile does, then merge again.`,
  };
}
