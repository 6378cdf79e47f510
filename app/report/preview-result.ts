import type { Explanation } from "../domain/errors.ts";
import type { Finding } from "../domain/finding.ts";
import type { ReleaseDiff } from "../domain/release-diff.ts";

/** What a preview found out about a pull request. JSON, without any secret: it is kept with the workflow's step. */
export interface PreviewResult {
  baseSha: string;
  headSha: string;
  /** In promotion order. */
  environments: string[];
  findings: Finding[];
  /** Set when the question itself could not be answered; that is a failure, never a pass. */
  couldNot: Explanation | null;
  releasesInFleet: number;
  releases: PreviewRelease[];
}

export interface PreviewRelease {
  releaseId: string;
  hub: string;
  hubTitle: string;
  environment: string;
  reasons: string[];
  /** Null when it could not be rendered or the release is removed. */
  diff: ReleaseDiff | null;
  couldNot: Explanation | null;
  /** What the base branch asks for cannot be rendered, so there was nothing to compare with. */
  isBaseBroken?: boolean;
}

export type Verdict = "pass" | "blocked" | "could-not";

/** Blocked: the author can mend it. Could not: nobody knows, so nobody may merge. */
export function verdictOf(result: PreviewResult, environment?: string): Verdict {
  if (result.couldNot) return "could-not";
  if (result.findings.some((finding) => finding.severity === "block")) return "blocked";
  const releases =
    environment === undefined ? result.releases : result.releases.filter((release) => release.environment === environment);
  return releases.some((release) => release.couldNot) ? "could-not" : "pass";
}
