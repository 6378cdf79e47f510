import { imagesIn, MOVING } from "../../images.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const movingTag: Rule = {
  code: "moving-tag",
  family: "images",
  severity: "warn",
  title: "Images are named by a tag that stays",
  why: "What “latest” means changes without a pull request: two nodes run different images, and nobody can go back to what worked.",
  fix: "Name a release, best with its digest: 4.1.0@sha256:...",
  example: {
    fails: { common: "jupyterhub: { proxy: { chp: { image: { name: example/proxy, tag: latest } } } }" },
    passes: { common: "jupyterhub: { proxy: { chp: { image: { name: example/proxy, tag: 4.6.3 } } } }" },
  },
  check: forEachRelease(({ values, placeOf, nameOf }) =>
    imagesIn(values).flatMap(({ path, tagPath, tag, isReference }) => {
      if (typeof tag === "string" && MOVING.test(tag))
        return [{ at: placeOf(tagPath), what: `"${nameOf(path)}" has the tag ${tag}, which moves.` }];
      if (!isReference || tag !== undefined) return [];
      return [{ at: placeOf(tagPath), what: `"${nameOf(path)}" names an image without a tag, which is read as latest.` }];
    }),
  ),
};
