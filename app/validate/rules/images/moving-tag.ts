import { isJsonObject, type Json } from "../../../domain/json.ts";
import type { ValuePath } from "../../../domain/value-at.ts";
import type { Rule } from "../../rule.ts";

/** Tags that their publishers move, and stand-ins that somebody meant to fill in. */
const MOVING = /^(latest|main|master|edge|stable|nightly|dev|develop|staging|prod|placeholder|changeme|todo|tbd|set-by-.*)$/i;

export const movingTag: Rule = {
  code: "moving-tag",
  family: "images",
  severity: "block",
  title: "Images are named by a tag that stays",
  why: "What “latest” means changes without a pull request: two nodes run different images, and nobody can go back to what worked.",
  fix: "Name a release, best with its digest: 4.1.0@sha256:...",
  example: {
    fails: { common: "jupyterhub: { proxy: { chp: { image: { name: example/proxy, tag: latest } } } }" },
    passes: { common: "jupyterhub: { proxy: { chp: { image: { name: example/proxy, tag: 4.6.3 } } } }" },
  },
  check: ({ head }) =>
    head.releases.flatMap(({ id, values, placeOf, nameOf }) =>
      imagesIn(values).flatMap(({ path, tag }) => {
        if (!MOVING.test(tag)) return [];
        return [{ at: placeOf([...path, "tag"]), what: `"${nameOf(path)}" has the tag ${tag}, which moves.`, release: id }];
      }),
    ),
};

function imagesIn(value: Json, path: ValuePath = []): { path: ValuePath; tag: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => imagesIn(item, [...path, index]));
  if (!isJsonObject(value)) return [];
  const own = typeof value.name === "string" && typeof value.tag === "string" ? [{ path, tag: value.tag }] : [];
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => imagesIn(inner, [...path, key]))];
}
