import semver from "semver";
import type { ReleaseView } from "../../fleet-view.ts";
import { forEachChange, type ReleaseFault, type Rule } from "../../rule.ts";

const DIGEST = (digit: string) => `sha256:${digit.repeat(64)}`;
const pins = (version: string, digest: string) =>
  `hub: { chart: hub, version: "${version}", digest: "${digest}" }\nimage: { name: registry.example/user, tag: "1", digest: "${DIGEST("a")}" }\n`;

export const chartPinSplit: Rule = {
  code: "chart-pin-split",
  family: "changes",
  severity: "block",
  title: "A chart's version and its digest move together",
  why: "The digest decides what runs, and the version is what people read. Where only the version is raised, the merge deploys nothing and everybody believes that it did; where only the digest is, what runs is not what the file says.",
  fix: "Take version and digest from the same line of the chart repository's index.",
  example: {
    base: { files: { "hubs/data8/pins/prod.yaml": pins("1.0.0", DIGEST("a")) } },
    fails: { files: { "hubs/data8/pins/prod.yaml": pins("1.1.0", DIGEST("a")) } },
    passes: { files: { "hubs/data8/pins/prod.yaml": pins("1.1.0", DIGEST("b")) } },
  },
  check: forEachChange((before, after) => {
    const [old, now] = [before.config.pins.hub, after.config.pins.hub];
    const isSamePin = old.version === now.version && old.digest === now.digest;
    // A chart in the fleet's own repository has a version that nobody raises, and a digest of its files.
    if (isSamePin || now.folder || old.chart !== now.chart) return [];
    const at = { file: after.config.pinsFile, line: 1 };
    return [splitBetween(before, after)].flatMap((split) => (split ? [{ at, ...split }] : []));
  }),
};

/** The chart itself says its version; where it could not be read, a pin of which only one half moves is wrong before or after. */
function splitBetween(before: ReleaseView, after: ReleaseView): Omit<ReleaseFault, "at"> | undefined {
  const [old, { chart, version, digest }] = [before.config.pins.hub, after.config.pins.hub];
  const isVersionNew = old.version !== version;
  const isDigestNew = old.digest !== digest;
  const inside = after.chart?.version;
  if (inside !== undefined && !isSameVersion(inside, version)) {
    const outcome = isDigestNew ? `${inside} is what would run` : `${inside} runs now, and nothing would change`;
    return { what: `The pin says ${chart} ${version}, and its digest is that of ${chart} ${inside}: ${outcome}.` };
  }
  if (isVersionNew && !isDigestNew && inside === undefined) {
    return {
      what: `The version of ${chart} moves from ${old.version} to ${version}, and the digest stays. The digest decides, so nothing would change.`,
      severity: "warn",
    };
  }
  if (isVersionNew || !isDigestNew) return undefined;
  return {
    what: `${chart} ${version} gets another digest: what was published as that version was replaced, or one of the two digests is another version's.`,
    fix: "Find out what changed in it before it is merged; publishers that replace a version seldom say so.",
    severity: "warn",
  };
}

/** `v1.0.0` and `1.0.0+build` name what `1.0.0` does. */
function isSameVersion(one: string, other: string): boolean {
  return one === other || (semver.valid(one) !== null && semver.valid(other) !== null && semver.eq(one, other));
}
