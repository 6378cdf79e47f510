import { isJsonObject } from "../../../domain/json.ts";
import { authenticatorClass, authenticatorTrait, authenticatorTraits, CLASS_PATH } from "../../authenticator.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import type { Rule } from "../../rule.ts";

export const nobodyGetsIn: Rule = {
  code: "nobody-gets-in",
  family: "access",
  severity: "block",
  title: "The authenticator lets somebody in",
  why: "Since JupyterHub 5 nobody is allowed unless a rule allows them: without one, every student meets “403: not allowed” after the login.",
  fix: "Say who may log in under hub.config: allow_all: true, allowed_users, allow_existing_users, or a rule of the authenticator such as hosted_domain with allow_all.",
  example: {
    fails: { common: "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: google } } } }" },
    passes: {
      common:
        "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: google }, GoogleOAuthenticator: { allow_all: true } } } }",
    },
  },
  check: ({ head }) =>
    head.releases.filter(isClosed).map(({ id, placeOf }) => ({
      at: placeOf(CLASS_PATH),
      what: "No rule allows anybody to log in.",
      release: id,
    })),
};

/** These decide by themselves: whoever has the password, or whom the course's own system sends. */
const OPEN_BY_THEMSELVES = new Set([
  "DummyAuthenticator",
  "SharedPasswordAuthenticator",
  "LTIAuthenticator",
  "LTI11Authenticator",
  "LTI13Authenticator",
]);

function isClosed({ values }: ReleaseView): boolean {
  const className = authenticatorClass(values);
  if (className === undefined || OPEN_BY_THEMSELVES.has(className)) return false;
  // A section that is wholly secret may hold the rule.
  return !authenticatorTraits(values, className).some((trait) => {
    if (!/^(allow|admin_users|.*_groups$|.*_teams$|.*_organizations$|.*_course)/.test(trait)) return false;
    const { value } = authenticatorTrait(values, className, trait) ?? { value: null };
    return (
      value !== false &&
      !(Array.isArray(value) && value.length === 0) &&
      !(isJsonObject(value) && Object.keys(value).length === 0)
    );
  });
}
