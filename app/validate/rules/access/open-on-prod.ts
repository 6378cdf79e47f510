import { authenticatorClass, authenticatorTrait, CLASS_PATH } from "../../authenticator.ts";
import { isOpaque } from "../../opaque.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

const FOR_TRIALS = new Set(["DummyAuthenticator", "SharedPasswordAuthenticator"]);

export const openOnProd: Rule = {
  code: "open-on-prod",
  family: "access",
  severity: "block",
  title: "Students' hubs do not let in whoever types a name",
  why: "The dummy authenticator takes any name, with one password for all or none: anybody can read and change any student's work.",
  fix: "Use the university's login for this environment.",
  example: {
    fails: { prod: "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: dummy } } } }" },
    passes: { staging: "jupyterhub: { hub: { config: { JupyterHub: { authenticator_class: dummy } } } }" },
  },
  check: forEachRelease(({ isProduction, values, environment, placeOf }) => {
    const className = authenticatorClass(values) ?? "";
    if (!isProduction || !FOR_TRIALS.has(className)) return [];
    // A workshop with a password that is kept secret was somebody's decision.
    const password = authenticatorTrait(values, className, "password") ?? authenticatorTrait(values, className, "user_password");
    const severity = isOpaque(password?.value) ? "warn" : "block";
    return [{ at: placeOf(CLASS_PATH), what: `The hub of ${environment} logs people in by ${className}.`, severity }];
  }),
};
