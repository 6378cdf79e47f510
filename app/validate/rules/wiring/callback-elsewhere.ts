import { isJsonObject } from "../../../domain/json.ts";
import { valueAt } from "../../../domain/value-at.ts";
import { hostOf } from "../../hosts.ts";
import type { Rule } from "../../rule.ts";

export const callbackElsewhere: Rule = {
  code: "callback-elsewhere",
  family: "wiring",
  severity: "block",
  title: "A login leads back to the hub that it began at",
  why: "With another hub's callback address the identity provider refuses the login, or sends the student to that other hub.",
  fix: "Write the hub's own address, followed by /hub/oauth_callback.",
  example: {
    fails: {
      prod: "jupyterhub: { hub: { config: { GoogleOAuthenticator: { oauth_callback_url: 'https://data8-staging.courses.example/hub/oauth_callback' } } } }",
    },
    passes: {
      prod: "jupyterhub: { hub: { config: { GoogleOAuthenticator: { oauth_callback_url: 'https://data8.courses.example/hub/oauth_callback' } } } }",
    },
  },
  check: ({ head }) =>
    head.releases.flatMap(({ id, values, config, placeOf }) => {
      const sections = valueAt(values, ["hub", "config"]);
      return Object.entries(isJsonObject(sections) ? sections : {}).flatMap(([section, traits]) => {
        const callback = isJsonObject(traits) ? traits.oauth_callback_url : undefined;
        const host = typeof callback === "string" ? hostOf(callback) : undefined;
        const own = hostOf(config.url);
        if (host === undefined || own === undefined || host === own) return [];
        const path = ["hub", "config", section, "oauth_callback_url"];
        return [{ at: placeOf(path), what: `The login's callback leads to ${host}; the hub's address is ${own}.`, release: id }];
      });
    }),
};
