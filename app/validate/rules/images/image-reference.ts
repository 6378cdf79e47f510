import type { Json } from "../../../domain/json.ts";
import { imagesIn, splitReference } from "../../images.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

/** @see the distribution project's reference grammar; in lower case but for the registry's own name */
const NAME = /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(?:@sha256:[0-9a-f]{64})?$/;

export const imageReference: Rule = {
  code: "image-reference",
  family: "images",
  severity: "block",
  title: "Name and tag make a reference that can be pulled",
  why: "Charts print the name, a colon and the tag. A tag that YAML reads as a number comes out as another one (1.10 as 1.1), and a tag inside the name as two tags: every server fails with InvalidImageName.",
  fix: "Put the tag in quotes, and only registry and repository into the name.",
  example: {
    fails: { common: "jupyterhub: { singleuser: { image: { name: registry.example/user, tag: 1.10 } } }" },
    passes: { common: "jupyterhub: { singleuser: { image: { name: registry.example/user, tag: '1.10' } } }" },
  },
  check: forEachRelease(({ values, placeOf, nameOf }) =>
    imagesIn(values).flatMap(({ path, tagPath, name, tag, isReference }) => {
      const wrong = nameFault(name, isReference) ?? tagFault(tag, isReference);
      if (!wrong) return [];
      const at = wrong.part === "name" && !isReference ? [...path, "name"] : tagPath;
      return [{ at: placeOf(at), what: `"${nameOf(at)}" ${wrong.what}.` }];
    }),
  ),
};

function nameFault(name: Json | undefined, isReference: boolean) {
  if (typeof name !== "string" || name === "") return undefined;
  const part = "name" as const;
  if (!isReference && (splitReference(name).tag !== undefined || name.includes("@")))
    return { part, what: "holds a tag or a digest of its own" };
  if (/^https?:/.test(name)) return { part, what: "begins like a web address" };
  return NAME.test(name) ? undefined : { part, what: "is no name of an image" };
}

function tagFault(tag: Json | undefined, isReference: boolean) {
  const part = "tag" as const;
  if (typeof tag === "number" || typeof tag === "boolean")
    return { part, what: "is not read as text: without quotes YAML takes it for a number or a truth" };
  if (typeof tag !== "string" || tag === "" || tag.startsWith("<")) return undefined;
  if (isReference && tag.startsWith("sha256:")) return undefined;
  return TAG.test(tag) ? undefined : { part, what: "is no tag that a registry can hold" };
}
