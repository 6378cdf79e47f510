import { valueAt } from "../../../domain/value-at.ts";
import { imagesIn, PLACEHOLDER } from "../../images.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const placeholderImage: Rule = {
  code: "placeholder-image",
  family: "images",
  severity: "block",
  title: "Every image has its real tag",
  why: "A new hub's files are made with PLACEHOLDER as the tag, to be filled in later. Nineteen merges forgot to, one of them on prod: for an hour nobody could start a server.",
  fix: "Write the tag that the registry has. Leave the environment out of hub.yaml until there is one.",
  example: {
    fails: { common: "jupyterhub: { singleuser: { image: { name: registry.example/user, tag: PLACEHOLDER } } }" },
    passes: { common: "jupyterhub: { singleuser: { image: { name: registry.example/user, tag: 2026.11.1 } } }" },
  },
  check: forEachRelease(({ values, effective, placeOf, nameOf }) =>
    imagesIn(values).flatMap(({ path, tagPath, name, tag, isReference }) => {
      const stand = [name, tag].find((part) => typeof part === "string" && PLACEHOLDER.test(part));
      if (stand !== undefined)
        return [{ at: placeOf(tagPath), what: `"${nameOf(path)}" still has a placeholder where the image belongs.` }];
      // An empty tag may be filled by another layer, or by the chart: "-" for none is how the chart itself says it.
      if (isReference || tag !== "" || valueAt(effective, tagPath) !== "" || name === undefined) return [];
      return [{ at: placeOf(tagPath), what: `"${nameOf(path)}" has an empty tag.` }];
    }),
  ),
};
