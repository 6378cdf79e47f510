import { isDeepStrictEqual } from "node:util";
import type { FieldTypes } from "../domain/field-types.ts";
import { type Manifest, objectKey } from "../domain/manifest.ts";
import { withSecondPlaceholders } from "../domain/placeholder.ts";
import { compareLeaves, type LeafChange } from "./compare-leaves.ts";
import type { DiffSide } from "./diff-release.ts";
import { flattenObject } from "./flatten-object.ts";
import { pairManifests } from "./pair-manifests.ts";

/**
 * Whether a difference of the two sides may be chance: it stands where other placeholders made a difference too, and not because the
 * placeholder itself is there. A checksum of a Secret is such a place. Then each side has to be rendered once more.
 */
export function isDoubtful(base: DiffSide, head: DiffSide, fieldTypes: FieldTypes): boolean {
  return pairManifests(base.manifests, head.manifests).some(({ before, after }) => {
    const manifest = after ?? before;
    if (!manifest || isDeepStrictEqual(before?.object, after?.object)) return false;
    const key = objectKey(manifest.id);
    if (!(key in base.reached) && !(key in head.reached)) return false;
    if (!before || !after) return (before ? base : head).reached[key] === null;
    const unexplained = [unexplainedIn(base, before, fieldTypes), unexplainedIn(head, after, fieldTypes)];
    const old = flattenObject(before.object, fieldTypes, "rendered");
    return compareLeaves(old, flattenObject(after.object, fieldTypes, "rendered")).some((change) =>
      unexplained.some((keys) => keys === "all" || keys.has(change.key)),
    );
  });
}

/**
 * Whether everything that placeholders make at head, without standing there themselves, they make at base as well. Where one chart
 * renders both and chance has no part in it at base, it has none at head: what a value switches on to make a text up, would be new here.
 */
export function isMadeAsBefore(base: DiffSide, head: DiffSide, fieldTypes: FieldTypes): boolean {
  return pairManifests(base.manifests, head.manifests).every(({ before, after }) => {
    const now = after ? unexplainedIn(head, after, fieldTypes) : new Set();
    const old = before ? unexplainedIn(base, before, fieldTypes) : new Set<string>();
    return now !== "all" && old !== "all" && now.isSubsetOf(old);
  });
}

/** Where other placeholders make another value, and it is not the placeholder itself. */
function unexplainedIn({ reached }: DiffSide, { id, object }: Manifest, fieldTypes: FieldTypes): ReadonlySet<string> | "all" {
  const other = reached[objectKey(id)];
  if (other === null) return "all";
  if (other === undefined) return new Set();
  const leaves = flattenObject(object, fieldTypes, "rendered");
  const changes = compareLeaves(leaves, flattenObject(other, fieldTypes, "rendered"));
  const isPlaceholder = ({ before, after }: LeafChange) =>
    before !== undefined && after !== undefined && withSecondPlaceholders(before.text) === after.text;
  return new Set(changes.filter((change) => !isPlaceholder(change)).map(({ key }) => key));
}
