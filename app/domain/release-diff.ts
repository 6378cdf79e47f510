import type { ObjectId } from "./manifest.ts";

/** One side of a changed field. A hidden value is told apart only by a fingerprint made with a key of this run. */
export type ShownValue = { kind: "absent" } | { kind: "value"; text: string } | { kind: "hidden"; fingerprint: string };

export interface FieldChange {
  /** Dotted path: `spec.template.spec.containers[hub].image`. */
  path: string;
  before: ShownValue;
  after: ShownValue;
}

export interface ObjectChange {
  id: ObjectId;
  change: "created" | "changed" | "deleted";
  /** Set when Helm runs the object as a hook. */
  hook?: string;
  /** Empty for a created or deleted object. */
  fields: FieldChange[];
}

/** What git's change means for one release, before the cluster is asked: render(base) against render(head). */
export interface ReleaseDiff {
  releaseId: string;
  hub: string;
  environment: string;
  /** Sorted by kind, namespace, name. */
  objects: ObjectChange[];
  /** Paths that differ between two renders of the same inputs: generated secrets, dates. Told once, never a change. */
  notDeterministic: string[];
}
