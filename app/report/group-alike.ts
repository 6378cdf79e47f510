import type { ReleaseDiff } from "../domain/release-diff.ts";
import { diffLines } from "./describe-diff.ts";
import { beyondLines } from "./describe-effect.ts";
import type { PreviewRelease } from "./preview-result.ts";

/** Releases in which the same things change, but for their own names; the first one's diff stands for all. */
export function groupAlike(releases: readonly PreviewRelease[]): PreviewRelease[][] {
  const groups = new Map<string, PreviewRelease[]>();
  for (const release of releases) {
    const key = shapeOf(release);
    groups.set(key, [...(groups.get(key) ?? []), release]);
  }
  return [...groups.values()];
}

function shapeOf({ releaseId, diff, effect }: PreviewRelease): string {
  if (!diff) return releaseId;
  const beyond = effect ? [...beyondLines(diff, effect), ...effect.notYet.map(({ missing }) => missing)] : [];
  const text = [...diffLines(diff), ...beyond, `${diff.notDeterministic.length}`].join("\n");
  return (
    withoutOwnNames(text, diff)
      .replace(/fingerprint [0-9a-f]+/g, "fingerprint")
      // A checksum of what is different by name alone is another one in each release; the digest of an image is not such a checksum.
      .replace(/(?<![\w:])[0-9a-f]{8}…/g, "checksum")
  );
}

function withoutOwnNames(text: string, { releaseId, hub, environment, objects }: ReleaseDiff): string {
  const namespaces = new Set(objects.flatMap(({ id }) => id.namespace ?? []));
  // The longer ones first: they are made of the others.
  const names: [string, string][] = [
    [releaseId, "release"],
    ...[...namespaces].map((each): [string, string] => [each, "namespace"]),
  ];
  return [...names, [hub, "hub"] as const, [environment, "environment"] as const].reduce(
    (rest, [name, word]) => rest.replace(new RegExp(`(?<!\\w)${RegExp.escape(name)}(?!\\w)`, "g"), `<${word}>`),
    text,
  );
}

/** "data8-staging, and in the same way data8-prod and data100-staging". */
export function nameGroup(group: readonly PreviewRelease[]): string {
  const [first, ...others] = group.map(({ releaseId }) => releaseId);
  if (others.length === 0) return first ?? "";
  const named = others.slice(0, NAMED_RELEASES).join(", ");
  const more = others.length - NAMED_RELEASES;
  return `${first}, and in the same way in ${named}${more > 0 ? ` and ${more} more` : ""}`;
}

const NAMED_RELEASES = 12;
