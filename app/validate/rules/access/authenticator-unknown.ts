import { suggestName } from "../../../domain/suggest-name.ts";
import { valueAt } from "../../../domain/value-at.ts";
import { AUTHENTICATOR_NAMES, CLASS_PATH } from "../../authenticator.ts";
import { isOpaque } from "../../opaque.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const authenticatorUnknown: Rule = {
  code: "authenticator-unknown",
  family: "access",
  severity: "block",
  title: "The authenticator is one that JupyterHub can find",
  why: "JupyterHub looks the class up when it starts, and ends if there is none of that name: the hub does not come back.",
  fix: "Write a name that JupyterHub knows, such as google, or the full path of a class in the hub's image.",
  example: {
    fails: {
      common:
        "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: gogle }, Authenticator: { allow_all: true } } } }",
    },
    passes: {
      common:
        "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: google }, Authenticator: { allow_all: true } } } }",
    },
  },
  check: forEachRelease(({ values, placeOf }) => {
    const named = valueAt(values, CLASS_PATH);
    // A dotted path is a class in the hub's image, which only the hub can look up.
    if (typeof named !== "string" || isOpaque(named) || /[.:]/.test(named) || AUTHENTICATOR_NAMES.includes(named)) return [];
    const meant = suggestName(named, AUTHENTICATOR_NAMES);
    const what = `No authenticator that JupyterHub brings is called ${named}.`;
    // A package in the hub's own image may have registered the name.
    const severity = meant === undefined ? "warn" : "block";
    return [{ at: placeOf(CLASS_PATH), what, severity, ...(meant === undefined ? {} : { fix: `Did you mean "${meant}"?` }) }];
  }),
};
