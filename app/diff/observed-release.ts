import type { JsonObject } from "../domain/json.ts";
import type { ObjectId } from "../domain/manifest.ts";
import type { Refusal } from "../domain/release-diff.ts";

/** The release as the cluster has it, by Helm's own record. */
export interface LiveRelease {
  revision: number;
  /** Of the newest deployed revision, from which Helm upgrades. */
  manifest: string;
  /** `Helm 3` and `--server-side=false` changed objects without leaving field by field whose they are. */
  isAppliedByServer: boolean;
  /** ISO 8601. */
  deployedAt: string;
  description: string;
  /** What Campanile wrote on the revision; absent when somebody else made it. */
  bundleDigest: string | undefined;
  sha: string | undefined;
}

/** What the API server makes of one object, if it were applied now. */
export interface DryRun {
  id: ObjectId;
  /** As it is now; absent when it is not there. */
  live: JsonObject | undefined;
  answer: DryRunAnswer;
  /** What the server remarks beside its answer. */
  warnings: string[];
}

export type DryRunAnswer =
  | { kind: "applied"; predicted: JsonObject }
  | { kind: "refused"; refusals: Refusal[] }
  /** Nothing can be said before the namespace or the kind is there. */
  | { kind: "not-yet"; missing: string }
  | { kind: "could-not"; why: string };
