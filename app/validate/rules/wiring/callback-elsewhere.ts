import { callbackHosts, hostOf } from "../../hosts.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

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
  check: forEachRelease(({ values, config, placeOf }) => {
    const own = hostOf(config.url);
    if (own === undefined) return [];
    return callbackHosts(values)
      .filter(({ host }) => host !== own)
      .map(({ host, path }) => ({
        at: placeOf(path),
        what: `The login's callback leads to ${host}; the hub's address is ${own}.`,
      }));
  }),
};
