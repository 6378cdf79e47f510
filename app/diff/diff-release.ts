import { createHmac } from "node:crypto";
import { describeObject, type Manifest, objectKey } from "../domain/manifest.ts";
import type { FieldChange, ObjectChange, ReleaseDiff, ShownValue } from "../domain/release-diff.ts";
import { flattenObject, type Leaf } from "./flatten-object.ts";
import { sameQuantity } from "./same-quantity.ts";

export interface DiffSide {
  manifests: readonly Manifest[];
  notDeterministic: readonly string[];
}

export interface DiffOptions {
  releaseId: string;
  hub: string;
  environment: string;
  /** Random, of this run only: tells whether two hidden values are equal and nothing else about them. */
  fingerprintKey: Buffer;
}

/** Labels that name the chart's own version stand on every object and say nothing that the pin does not. */
const CHART_LABELS = /(^|\.)labels\.(helm\.sh\/chart|chart|app\.kubernetes\.io\/version)$/;

/** What git's change means for one release: what is rendered at base against what is rendered at head. */
export function diffRelease(base: DiffSide, head: DiffSide, options: DiffOptions): ReleaseDiff {
  const before = new Map(base.manifests.map((manifest) => [objectKey(manifest.id), manifest]));
  const after = new Map(head.manifests.map((manifest) => [objectKey(manifest.id), manifest]));
  const objects = [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => diffObject(before.get(key), after.get(key), options.fingerprintKey))
    .filter((change) => change !== undefined)
    .sort((a, b) => describeObject(a.id).localeCompare(describeObject(b.id)));
  const { releaseId, hub, environment } = options;
  return {
    releaseId,
    hub,
    environment,
    objects,
    notDeterministic: [...new Set([...base.notDeterministic, ...head.notDeterministic])].sort(),
  };
}

function diffObject(before: Manifest | undefined, after: Manifest | undefined, fingerprintKey: Buffer): ObjectChange | undefined {
  const manifest = after ?? before;
  if (!manifest) return undefined;
  const { id, hook } = manifest;
  const named = { id, ...(hook === undefined ? {} : { hook }) };
  if (!before) return { ...named, change: "created", fields: [] };
  if (!after) return { ...named, change: "deleted", fields: [] };
  const fields = diffFields(flattenObject(before.object), flattenObject(after.object), fingerprintKey);
  return fields.length === 0 ? undefined : { ...named, change: "changed", fields };
}

function diffFields(before: ReadonlyMap<string, Leaf>, after: ReadonlyMap<string, Leaf>, fingerprintKey: Buffer): FieldChange[] {
  const changes = [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    const path = now?.path ?? old?.path ?? "";
    if (CHART_LABELS.test(path) || (old && now && isSame(old, now))) return [];
    const onlyKindDiffers = old?.text === now?.text;
    return [{ path, before: show(old, fingerprintKey, onlyKindDiffers), after: show(now, fingerprintKey, onlyKindDiffers) }];
  });
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function isSame(old: Leaf, now: Leaf): boolean {
  return (old.text === now.text && old.isText === now.isText) || sameQuantity(now.path, old.text, now.text);
}

/** @param quoted a text in quotes, so that `"1"` and 1 can be told apart */
function show(leaf: Leaf | undefined, fingerprintKey: Buffer, quoted: boolean): ShownValue {
  if (!leaf) return { kind: "absent" };
  const text = quoted && leaf.isText ? JSON.stringify(leaf.text) : leaf.text;
  if (!leaf.secret) return { kind: "value", text };
  return { kind: "hidden", fingerprint: createHmac("sha256", fingerprintKey).update(text).digest("hex").slice(0, 8) };
}
