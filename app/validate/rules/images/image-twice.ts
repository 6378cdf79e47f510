import { isJsonObject } from "../../../domain/json.ts";
import { valueAt } from "../../../domain/value-at.ts";
import { isOpaque } from "../../opaque.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const imageTwice: Rule = {
  code: "image-twice",
  family: "images",
  severity: "warn",
  title: "The image that students work in is said in one place",
  why: "Where two places name it, the last one wins, and it is not the one that people look at: an image listed second became every student's default, and stayed so for weeks.",
  fix: "Remove it from the values: the pins say what runs.",
  example: {
    fails: { common: "jupyterhub: { singleuser: { image: { name: registry.example/other, tag: '7' } } }" },
    passes: { common: "jupyterhub: { singleuser: { image: { pullPolicy: IfNotPresent } } }" },
  },
  check: forEachRelease(({ config, whole }) => {
    const path = config.imageValuePath.split(".");
    const said = valueAt(whole.values, path);
    const pin: { name?: string; tag?: string } | undefined = config.pins.image;
    if (!isJsonObject(said) || !pin) return [];
    return (["name", "tag"] as const).flatMap((key) => {
      const value = said[key];
      if (typeof value !== "string" || isOpaque(value) || pin[key] === undefined || value.split("@")[0] === pin[key]) return [];
      const at = whole.placeOf([...path, key]);
      return [{ at, what: `"${[...path, key].join(".")}" says another image than the pins, and has no effect.` }];
    });
  }),
};
