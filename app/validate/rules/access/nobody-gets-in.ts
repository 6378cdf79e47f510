import semver from "semver";
import { isJsonObject } from "../../../domain/json.ts";
import {
  authenticatorClass,
  authenticatorTrait,
  authenticatorTraits,
  CLASS_PATH,
  hasSecretSection,
} from "../../authenticator.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { contentsOf } from "../../jupyterhub-versions.ts";
import { isOpaque } from "../../opaque.ts";
import { extraConfig } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

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
  check: forEachRelease((release) =>
    isClosed(release) ? [{ at: release.placeOf(CLASS_PATH), what: "No rule allows anybody to log in." }] : [],
  ),
};

/** These let in whom their own provider names; all others of oauthenticator and JupyterHub need a rule. */
const NEED_A_RULE = new Set([
  "Auth0OAuthenticator",
  "AzureAdOAuthenticator",
  "BitbucketOAuthenticator",
  "CanvasOAuthenticator",
  "CILogonOAuthenticator",
  "GenericOAuthenticator",
  "GitHubOAuthenticator",
  "GitLabOAuthenticator",
  "GlobusOAuthenticator",
  "GoogleOAuthenticator",
  "MWOAuthenticator",
  "OpenShiftOAuthenticator",
  "PAMAuthenticator",
]);

const ALLOWS =
  /^(allow|admin_users|whitelist|any_allow_config|post_auth_hook|manage_roles|.*(_groups|_teams|_organizations|_whitelist|_idps)$|.*_course)/;

function isClosed(release: ReleaseView): boolean {
  const { effective: values } = release;
  // A wrapper chart may hold the rule for all hubs.
  if (!release.chart && release.whole.prefix.length > 0) return false;
  const className = authenticatorClass(values);
  if (className === undefined || !NEED_A_RULE.has(className)) return false;
  const version = contentsOf(release);
  const needsRule =
    className === "PAMAuthenticator" ? version && semver.major(version.jupyterhub) >= 5 : isClosedByDefault(version);
  if (!needsRule || hasSecretSection(values, className)) return false;
  // Python may set any rule.
  if (/allow|whitelist|check_allowed|authenticator_class/.test(extraConfig(values))) return false;
  return !authenticatorTraits(values, className).some(({ trait }) => {
    if (!ALLOWS.test(trait)) return false;
    const value = authenticatorTrait(values, className, trait)?.value ?? null;
    if (isOpaque(value)) return true;
    return (
      value !== null &&
      value !== false &&
      !(Array.isArray(value) && value.length === 0) &&
      !(isJsonObject(value) && Object.keys(value).length === 0)
    );
  });
}

/** oauthenticator 16 was the first to let in nobody by default; where nobody knows the version, today's is meant. */
function isClosedByDefault(version: { oauthenticator: string } | undefined): boolean {
  return version === undefined || semver.gte(version.oauthenticator, "16.0.0");
}
