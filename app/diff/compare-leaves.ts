import { createHmac } from "node:crypto";
import { sameQuantity } from "../domain/quantity.ts";
import type { FieldChange, ShownValue } from "../domain/release-diff.ts";
import type { Leaf, Leaves } from "./flatten-object.ts";
import { hideInCode } from "./hide-in-code.ts";

/** One value that is not the same on both sides. */
export interface LeafChange {
  key: string;
  before: Leaf | undefined;
  after: Leaf | undefined;
}

/** Labels that name the chart's own version stand on every object and say nothing that the pin does not. */
const CHART_LABELS = /(^|\.)labels\.(helm\.sh\/chart|chart|app\.kubernetes\.io\/version)$/;

export function compareLeaves(before: Leaves, after: Leaves): LeafChange[] {
  const changes: LeafChange[] = [];
  // Of thousands of values nearly all are the same.
  for (const [key, old] of before) {
    const now = after.get(key);
    if (!(now && isSameLeaf(old, now)) && !CHART_LABELS.test(old.path)) changes.push({ key, before: old, after: now });
  }
  for (const [key, now] of after)
    if (!before.has(key) && !CHART_LABELS.test(now.path)) changes.push({ key, before: undefined, after: now });
  return changes;
}

export function isSameLeaf(old: Leaf | undefined, now: Leaf): boolean {
  if (!old) return false;
  if (old.text === now.text && old.isText === now.isText) return true;
  return old.isQuantity && now.isQuantity && sameQuantity(old.text, now.text);
}

/** @returns sorted by path, secrets as fingerprints only */
export function showChanges(changes: readonly LeafChange[], fingerprintKey: Buffer): FieldChange[] {
  return changes
    .map(({ before, after }) => {
      const onlyKindDiffers = before?.text === after?.text;
      return {
        path: after?.path ?? before?.path ?? "",
        before: show(before, fingerprintKey, onlyKindDiffers),
        after: show(after, fingerprintKey, onlyKindDiffers),
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** @param quoted a text in quotes, so that `"1"` and 1 can be told apart */
function show(leaf: Leaf | undefined, fingerprintKey: Buffer, quoted: boolean): ShownValue {
  if (!leaf) return { kind: "absent" };
  const text = quoted && leaf.isText ? JSON.stringify(leaf.text) : leaf.text;
  const fingerprint = (secret: string) => createHmac("sha256", fingerprintKey).update(secret).digest("hex").slice(0, 8);
  return leaf.secret
    ? { kind: "hidden", fingerprint: fingerprint(text) }
    : { kind: "value", text: hideInCode(text, fingerprint) };
}
