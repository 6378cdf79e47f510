import type { ImagePull } from "../domain/release-diff.ts";

/** What an image consists of, packed as it is pulled; or why nobody knows. */
export type ImageLayers =
  | { kind: "layers"; layers: readonly { digest: string; size: number }[] }
  | { kind: "unknown"; why: string };

/**
 * What a node that had the image before has still to pull. A layer is pulled once, whichever image brought it.
 * @param before undefined where there was none
 */
export function weighPull(before: ImageLayers | undefined, after: ImageLayers): ImagePull {
  if (after.kind === "unknown") return after;
  const sizes = new Map(after.layers.map(({ digest, size }) => [digest, size]));
  const totalBytes = sum(sizes.values());
  if (before?.kind === "unknown") return { kind: "at-most", totalBytes };
  for (const { digest } of before?.layers ?? []) sizes.delete(digest);
  return { kind: "known", newBytes: sum(sizes.values()), totalBytes };
}

const sum = (sizes: Iterable<number>) => [...sizes].reduce((bytes, size) => bytes + size, 0);
