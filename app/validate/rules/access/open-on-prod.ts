import { authenticatorClass, CLASS_PATH } from "../../authenticator.ts";
import type { Rule } from "../../rule.ts";

const FOR_TRIALS = new Set(["DummyAuthenticator", "SharedPasswordAuthenticator", "NullAuthenticator"]);

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
  check: ({ head }) =>
    head.releases
      .filter(({ isProduction, values }) => isProduction && FOR_TRIALS.has(authenticatorClass(values) ?? ""))
      .map(({ id, environment, placeOf, values }) => ({
        at: placeOf(CLASS_PATH),
        what: `The hub of ${environment} logs people in by ${authenticatorClass(values)}.`,
        release: id,
      })),
};
