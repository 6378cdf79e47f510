import { isJsonObject } from "../../../domain/json.ts";
import { listAt } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const profileTwice: Rule = {
  code: "profile-twice",
  family: "profiles",
  severity: "warn",
  title: "Profiles can be told apart, and one of them is the default",
  why: "Of two profiles with one slug a link reaches only the last; of two defaults nobody knows which a student gets.",
  fix: "Give each profile its own slug, and default: true to one of them only.",
  example: {
    fails: {
      common:
        "jupyterhub: { singleuser: { profileList: [{ display_name: A, slug: standard }, { display_name: B, slug: standard }] } }",
    },
    passes: {
      common:
        "jupyterhub: { singleuser: { profileList: [{ display_name: A, slug: standard, default: true }, { display_name: B, slug: project }] } }",
    },
  },
  check: forEachRelease(({ values, placeOf, nameOf }) => {
    const profiles = listAt(values, ["singleuser", "profileList"]).map((profile) => (isJsonObject(profile) ? profile : {}));
    const isRepeated = (key: "slug" | "default", index: number) => {
      const value = profiles[index]?.[key];
      if (key === "slug" ? typeof value !== "string" : value !== true) return false;
      return profiles.slice(0, index).some((earlier) => earlier[key] === value);
    };
    return profiles.flatMap((_, index) =>
      (["slug", "default"] as const)
        .filter((key) => isRepeated(key, index))
        .map((key) => {
          const path = ["singleuser", "profileList", index, key];
          return { at: placeOf(path), what: `"${nameOf(path)}" says the same as that of a profile before it.` };
        }),
    );
  }),
};
