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
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => !CHART_LABELS.test(path)).sort();
  return paths.flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    if (old && now && (old.text === now.text || sameQuantity(path, old.text, now.text))) return [];
    return [{ path, before: show(old, fingerprintKey), after: show(now, fingerprintKey) }];
  });
}

function show(leaf: Leaf | undefined, fingerprintKey: Buffer): ShownValue {
  if (!leaf) return { kind: "absent" };
  if (!leaf.secret) return { kind: "value", text: leaf.text };
  return { kind: "hidden", fingerprint: createHmac("sha256", fingerprintKey).update(leaf.text).digest("hex").slice(0, 8) };
}
