import { suggestName } from "../../../domain/suggest-name.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { authenticatorClass, authenticatorTraits } from "../../authenticator.ts";
import { judgeTrait, type TraitVerdict } from "../../authenticator-traits.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { contentsOf } from "../../jupyterhub-versions.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const traitUnknown: Rule = {
  code: "trait-unknown",
  family: "access",
  severity: "block",
  title: "The authenticator has the settings that it is given",
  why: "JupyterHub ignores a setting that its authenticator does not have, with one line in a log. A setting of another class was ignored on eleven hubs in July 2026: everybody but admins was locked out, for up to five days.",
  fix: "Use a setting of this authenticator in the version that the chart brings.",
  example: {
    fails: {
      common:
        "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: google }, GoogleOAuthenticator: { allow_all: true, allowed_organizations: [berkeley] } } } }",
    },
    passes: {
      common:
        "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: google }, GoogleOAuthenticator: { allow_all: true, hosted_domain: [berkeley.example] } } } }",
    },
  },
  check: forEachRelease((release) => {
    const { values, effective, placeOf, nameOf } = release;
    const className = authenticatorClass(effective);
    if (className === undefined) return [];
    const hasOwnImage = mayHaveOwnImage(release);
    const version = hasOwnImage ? undefined : contentsOf(release)?.oauthenticator;
    return authenticatorTraits(values, className).flatMap(({ section, trait, path }) => {
      const verdict = judgeTrait(className, section, trait, version);
      const said = describe(verdict, className, trait, version);
      if (!said) return [];
      const severity = hasOwnImage ? "warn" : "block";
      return [{ at: placeOf(path), what: `"${nameOf(path)}" has no effect: ${said.what}.`, severity, ...said.fix }];
    });
  }),
};

const HUB_IMAGE: ValuePath = ["hub", "image", "name"];

/** An image of one's own may bring another version, and code of one's own. */
function mayHaveOwnImage({ chart, jupyterhub, effective }: ReleaseView): boolean {
  const name = valueAt(effective, HUB_IMAGE);
  return !chart || (name !== undefined && name !== valueAt(jupyterhub?.values ?? {}, HUB_IMAGE));
}

function describe(verdict: TraitVerdict, className: string, trait: string, version: string | undefined) {
  if (verdict.kind === "unknown") {
    const meant = suggestName(trait, verdict.near);
    const [owner] = verdict.elsewhere;
    return {
      what: owner === undefined ? `${className} has no such setting` : `it is a setting of ${owner}, not of ${className}`,
      fix: meant === undefined ? {} : { fix: `Did you mean "${meant}"?` },
    };
  }
  if (verdict.kind !== "not-in-version") return undefined;
  const { from, before } = verdict.span;
  return {
    what:
      from === undefined
        ? `${className} had it before oauthenticator ${before}, and the chart brings ${version}`
        : `${className} has it from oauthenticator ${from} on, and the chart brings ${version}`,
    fix: {},
  };
}
