import { isDeepStrictEqual } from "node:util";
import type { FieldTypes } from "../domain/field-types.ts";
import { describeObject, type Manifest, objectKey } from "../domain/manifest.ts";
import type { ObjectChange, ReleaseDiff } from "../domain/release-diff.ts";
import type { OtherObjects } from "../render/differing-objects.ts";
import { compareLeaves, type LeafChange, showChanges } from "./compare-leaves.ts";
import { flattenObject } from "./flatten-object.ts";
import { hooksThatRun } from "./hooks-that-run.ts";
import { pairManifests } from "./pair-manifests.ts";

export interface DiffSide {
  manifests: readonly Manifest[];
  /** Objects as they come out with other placeholders. */
  reached: OtherObjects;
  /** Objects as they come out at another render of the same; absent while nobody looked. */
  madeUp?: OtherObjects;
}

export interface DiffOptions {
  releaseId: string;
  hub: string;
  environment: string;
  fieldTypes: FieldTypes;
  /** Random, of this run only: tells whether two hidden values are equal and nothing else about them. */
  fingerprintKey: Buffer;
}

/** What git's change means for one release: what is rendered at base against what is rendered at head. */
export function diffRelease(base: DiffSide, head: DiffSide, options: DiffOptions): ReleaseDiff {
  const { releaseId, hub, environment, fieldTypes, fingerprintKey } = options;
  const notDeterministic = new Set<string>();
  const objects = pairManifests(base.manifests, head.manifests).flatMap(({ before, after }): ObjectChange[] => {
    const compared = compareObject(base, head, before, after, fieldTypes);
    for (const path of compared?.madeUp ?? []) notDeterministic.add(path);
    if (!compared || compared.change === "same") return [];
    const { id, hook } = compared.manifest;
    const fields = showChanges(compared.changes, fingerprintKey);
    return [{ id, change: compared.change, fields, ...(hook === undefined ? {} : { hook }) }];
  });
  return {
    releaseId,
    hub,
    environment,
    objects: objects
      // A hook is not a part of what runs: it is told among those that will run, and only a change of one that ran before is a change.
      .filter((object) => object.hook === undefined || object.change === "changed")
      .sort((a, b) => describeObject(a.id).localeCompare(describeObject(b.id))),
    hooks: hooksThatRun(base.manifests, head.manifests),
    notDeterministic: [...notDeterministic].sort(),
  };
}

interface Compared {
  manifest: Manifest;
  change: ObjectChange["change"] | "same";
  changes: LeafChange[];
  /** Where either side is made up by chance. */
  madeUp: string[];
}

function compareObject(
  base: DiffSide,
  head: DiffSide,
  before: Manifest | undefined,
  after: Manifest | undefined,
  fieldTypes: FieldTypes,
): Compared | undefined {
  const manifest = after ?? before;
  if (!manifest) return undefined;
  const key = objectKey(manifest.id);
  const others = [before && base.madeUp?.[key], after && head.madeUp?.[key]];
  if (others.includes(null)) {
    const { kind, namespace } = manifest.id;
    return {
      manifest,
      change: "same",
      changes: [],
      madeUp: [`${namespace === undefined ? kind : `${kind} ${namespace}`} metadata.name`],
    };
  }
  if (!before || !after) return { manifest, change: before ? "deleted" : "created", changes: [], madeUp: [] };
  if (isDeepStrictEqual(before.object, after.object) && others.every((other) => other === undefined)) return undefined;
  const [old, now] = [flattenObject(before.object, fieldTypes, "rendered"), flattenObject(after.object, fieldTypes, "rendered")];
  const chance = new Map<string, string>();
  for (const [leaves, other] of [[old, others[0]] as const, [now, others[1]] as const])
    for (const { key: leaf, before: one } of other ? compareLeaves(leaves, flattenObject(other, fieldTypes, "rendered")) : [])
      chance.set(leaf, one?.path ?? "");
  const changes = compareLeaves(old, now).filter((change) => !chance.has(change.key));
  const name = describeObject(manifest.id);
  return {
    manifest,
    change: changes.length > 0 ? "changed" : "same",
    changes,
    madeUp: [...chance.values()].filter(Boolean).map((path) => `${name} ${path}`),
  };
}
