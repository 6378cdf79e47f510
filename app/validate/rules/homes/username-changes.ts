import stringify from "safe-stable-stringify";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { authenticatorClass, CLASS_PATH, sectionsOf } from "../../authenticator.ts";
import { changesAt } from "../../compare-values.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { isOpaque } from "../../opaque.ts";
import { listAt } from "../../overrides.ts";
import { forEachChange, type Rule } from "../../rule.ts";

/** Settings of an authenticator that turn what the identity provider says into a user's name. */
const MAKES_NAMES = [
  "additional_username_claims",
  "strip_domain",
  "strip_email_domain",
  "strip_idp_domain",
  "username_claim",
  "username_from_email",
  "username_key",
  "username_map",
];
const GOOGLE_DOMAINS: ValuePath = ["hub", "config", "GoogleOAuthenticator", "hosted_domain"];

export const usernameChanges: Rule = {
  code: "username-changes",
  family: "homes",
  severity: "block",
  title: "Students keep the names under which their homes are",
  why: "A home is found by its user's name. Another authenticator, another claim, or a second hosted domain, with which Google's authenticator no longer strips the domain, gives everybody a new name and an empty home.",
  fix: "Keep the names: with two domains, map names by username_map. Else rename users and homes in a maintenance window.",
  runbook: "rename-users",
  example: {
    base: {
      common:
        "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: google }, GoogleOAuthenticator: { allow_all: true, hosted_domain: [berkeley.example] } } } }",
    },
    fails: {
      common:
        "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: google }, GoogleOAuthenticator: { allow_all: true, hosted_domain: [berkeley.example, college.example] } } } }",
    },
    passes: {
      common:
        "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: google }, GoogleOAuthenticator: { allow_all: true, hosted_domain: [berkeley.example], login_service: CalNet } } } }",
    },
  },
  check: forEachChange((before, after) => {
    const [old, now] = [authenticatorClass(before.effective), authenticatorClass(after.effective)];
    const settings = sectionsOf(now ?? "Authenticator").flatMap((section) =>
      MAKES_NAMES.map((trait): ValuePath => ["hub", "config", section, trait]),
    );
    // Two ways to write one class are no change.
    const paths = old === now ? settings : [CLASS_PATH, ...settings];
    const changes = changesAt(before, after, paths, after.areDefaultsKnown);
    return [...changes, ...(stripsOtherwise(before, after) ? [{ path: GOOGLE_DOMAINS, severity: "block" as const }] : [])].map(
      ({ path, severity }) => ({
        at: after.placeOf(path),
        what: `"${after.nameOf(path)}" changes, and with it the names of users.`,
        severity,
      }),
    );
  }),
};

function stripsOtherwise(before: ReleaseView, after: ReleaseView): boolean {
  const [old, now] = [stripsDomains(before), stripsDomains(after)];
  return old !== undefined && now !== undefined && old !== now;
}

/**
 * Which domain Google's authenticator takes off the users' names; undefined where it is not in use or nobody can say.
 * @see oauthenticator, google.py: it strips the only domain, and with two of them none
 */
function stripsDomains(release: ReleaseView): string | undefined {
  if (authenticatorClass(release.effective) !== "GoogleOAuthenticator") return undefined;
  const written = valueAt(release.effective, GOOGLE_DOMAINS);
  if (isOpaque(written)) return undefined;
  const domains = typeof written === "string" ? [written] : listAt(release.effective, GOOGLE_DOMAINS);
  if (domains.some((domain) => isOpaque(domain))) return undefined;
  const strip = valueAt(release.effective, ["hub", "config", "GoogleOAuthenticator", "strip_domain"]);
  if (strip === false) return "none";
  return domains.length === 1 ? stringify(domains) : strip === true ? "all" : "none";
}
