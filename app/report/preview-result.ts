import type { Explanation } from "../domain/errors.ts";
import type { Finding } from "../domain/finding.ts";
import type { FleetMode } from "../domain/hub.ts";
import type { ReleaseDiff, ReleaseDrift, ReleaseEffect, ReleaseImpact } from "../domain/release-diff.ts";
import type { Cause } from "../plan/find-causes.ts";

/** What a preview found out about a pull request. JSON, without any secret: it is kept with the workflow's step. */
export interface PreviewResult {
  baseSha: string;
  headSha: string;
  /** In promotion order. */
  environments: string[];
  findings: Finding[];
  /** Set when the question itself could not be answered; that is a failure, never a pass. */
  couldNot: Explanation | null;
  /** `observe`: nothing stops the merge, and nothing follows from it. */
  mode: FleetMode;
  /** Nobody knows who wrote it, so no cluster is asked. */
  isFork: boolean;
  releasesInFleet: number;
  releases: PreviewRelease[];
}

export interface PreviewRelease {
  releaseId: string;
  hub: string;
  hubTitle: string;
  environment: string;
  reasons: string[];
  /** The lines that give it other values. */
  causes: Cause[];
  /** Null when it could not be rendered or the release is removed. */
  diff: ReleaseDiff | null;
  /** What the cluster itself says; null when it was not asked. */
  effect: ReleaseEffect | null;
  /** What was changed there behind git; null when the cluster was not asked or nothing runs yet. */
  drift: ReleaseDrift | null;
  /** Null when it could not be rendered or the release is removed. */
  impact: ReleaseImpact | null;
  /** What templates were shown as their cluster. */
  basis: "live" | "recorded" | "none";
  couldNot: Explanation | null;
  /** What the base branch asks for cannot be rendered, so there was nothing to compare with. */
  isBaseBroken?: boolean;
}

export type Verdict = "pass" | "blocked" | "could-not" | "refused";

/** Blocked: the author can mend it. Could not: nobody knows, so nobody may merge. Refused: the cluster would not take it. */
export function verdictOf(result: PreviewResult, environment?: string): Verdict {
  if (result.couldNot) return "could-not";
  if (result.findings.some((finding) => finding.severity === "block")) return "blocked";
  const releases =
    environment === undefined ? result.releases : result.releases.filter((release) => release.environment === environment);
  if (releases.some(({ couldNot, effect }) => couldNot || (effect && effect.couldNot.length > 0))) return "could-not";
  return releases.some(({ effect }) => effect && effect.refusals.length > 0) ? "refused" : "pass";
}
