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

/** Why the API server would not take an object. */
export interface Refusal {
  reason: "immutable" | "invalid" | "policy" | "quota" | "conflict" | "ownership" | "forbidden";
  /** Dotted path, where the server names one. */
  field?: string;
  /** The server's words, without the values that it quotes. */
  message: string;
  /** With a conflict: who owns the field. */
  manager?: string;
}

export interface EffectField extends FieldChange {
  /** Nobody asked for it: the API server's defaults or its admission set it. */
  byCluster?: true;
}

/** What a rollout now would do to one object of the cluster, as the API server itself foresees it. */
export interface EffectChange {
  id: ObjectId;
  /** `adopted`: there already, and taken over by the release. `kept`: no longer in the release, and left where it is. */
  change: "created" | "changed" | "deleted" | "adopted" | "kept";
  fields: EffectField[];
  /** Its pods are replaced by new ones. */
  replacesPods: boolean;
}

export interface EffectRefusal extends Refusal {
  id: ObjectId;
  /** With a conflict: when the other manager last wrote the object, ISO 8601. */
  since?: string;
}

/** The cluster as it is against the cluster as it would be after a rollout of head. */
export interface ReleaseEffect {
  objects: EffectChange[];
  refusals: EffectRefusal[];
  /** Objects of which nothing can be said before something else is there. */
  notYet: { id: ObjectId; missing: string }[];
  /** Objects that could not be looked at: then nobody knows what a rollout would do. */
  couldNot: { id: ObjectId; why: string }[];
  /** Remarks of the API server, such as a level of Pod Security that will refuse the pods. */
  warnings: string[];
}

export interface DriftField {
  path: string;
  live: ShownValue;
  /** What a rollout would set it back to. */
  git: ShownValue;
  /** Who wrote it last, by the name under which they did; absent where the API server does not know. */
  manager?: string;
  /** ISO 8601. */
  since?: string;
}

/** What somebody changed in the cluster behind git, in fields that the release sets. */
export interface ReleaseDrift {
  objects: { id: ObjectId; change: "changed" | "missing"; fields: DriftField[] }[];
  /** The revision that runs, when Helm was not run by Campanile. */
  byHand?: { revision: number; at: string; description: string };
  /** The commit that runs, when the base's own rollout has not been made or did not succeed. */
  behind?: { sha: string };
}

/** What people notice of a rollout. */
export type ImpactClass = "nothing" | "next-servers" | "hub-restarts" | "proxy-restarts" | "recreated" | "impossible";

/** JupyterHub moves between versions with different databases. */
export interface Migration {
  from: string;
  to: string;
  /** To an older one, which cannot read the database of the newer. */
  isBackwards: boolean;
}

/** What each node pulls of another image, in packed bytes. `at-most`: what the old one consists of is not known. */
export type ImagePull =
  | { kind: "known"; newBytes: number; totalBytes: number }
  | { kind: "at-most"; totalBytes: number }
  | { kind: "unknown"; why: string };

export interface ReleaseImpact {
  class: ImpactClass;
  /** How long the hub's last start took; absent when it does not restart or nobody knows. */
  loginsWaitSeconds?: number;
  /** How many students the hub has, as the fleet says. */
  students?: number;
  migration?: Migration;
  /** Absent when the users' image stays the same, or is the chart's own. */
  pull?: ImagePull;
  /** Workloads whose pods no node could take, as nodes are now. */
  fitNowhere: { id: ObjectId; why: string }[];
}

/** Something that Helm runs once in the course of a rollout. */
export interface HookRun {
  id: ObjectId;
  moment: "pre-upgrade" | "post-upgrade";
  weight: number;
  images: string[];
  /** Whether it runs with what git asks for now, too; else it is only there because of what the chart looks up in the cluster or of this change. */
  isEveryTime: boolean;
}

/** What git's change means for one release, before the cluster is asked: render(base) against render(head). */
export interface ReleaseDiff {
  releaseId: string;
  hub: string;
  environment: string;
  /** Sorted by kind, namespace, name. */
  objects: ObjectChange[];
  /** In the order of their running. */
  hooks: HookRun[];
  /** Paths that differ between two renders of the same inputs: generated secrets, dates. Told once, never a change. */
  notDeterministic: string[];
}
