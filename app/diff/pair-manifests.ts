import { type Manifest, objectKey } from "../domain/manifest.ts";

/** Each object of either side, with itself on the other. */
export function pairManifests(
  base: readonly Manifest[],
  head: readonly Manifest[],
): { before: Manifest | undefined; after: Manifest | undefined }[] {
  const before = new Map(base.map((manifest) => [objectKey(manifest.id), manifest]));
  const after = new Map(head.map((manifest) => [objectKey(manifest.id), manifest]));
  return [...new Set([...before.keys(), ...after.keys()])].map((key) => ({ before: before.get(key), after: after.get(key) }));
}
