import semver from "semver";
import { defaultImage, imagesIn } from "../../images.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const staleOverride: Rule = {
  code: "stale-override",
  family: "images",
  severity: "warn",
  title: "An image that replaces the chart's is not older than the chart's own",
  why: "Overrides are set for a bug of the day and stay. Two years later they hold back what the chart has long mended: a proxy kept at an old version leaked memory until every hub answered 503.",
  fix: "Remove the override, or raise it above the chart's own version.",
  example: {
    fails: { common: "jupyterhub: { proxy: { chp: { image: { tag: 4.6.1 } } } }" },
    passes: { common: "jupyterhub: { proxy: { chp: { image: { tag: 99.0.0 } } } }" },
  },
  check: forEachRelease(({ values, jupyterhub, placeOf, nameOf }) => {
    if (!jupyterhub) return [];
    return imagesIn(values).flatMap(({ path, tagPath, name, tag, isReference }) => {
      const own = defaultImage(jupyterhub.values, path);
      if (!own || isReference || typeof tag !== "string" || (name !== undefined && name !== own.name)) return [];
      const [old, new_] = [versionOf(tag), versionOf(own.tag)];
      if (!old || !new_ || semver.gte(old, new_)) return [];
      return [{ at: placeOf(tagPath), what: `"${nameOf(path)}" is ${old}, but the chart itself brings ${new_}.` }];
    });
  }),
};

/** Only whole versions can be compared: `3.10` of a pause image is a version too, `20240731-224556` is not. */
function versionOf(tag: string): string | undefined {
  const plain = tag.split("@")[0] ?? "";
  return /^v?\d+\.\d+(\.\d+)?$/.test(plain) ? semver.coerce(plain)?.version : undefined;
}
