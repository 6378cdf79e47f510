import { suggestName } from "../../../domain/suggest-name.ts";
import { entriesAt, listAt } from "../../overrides.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

/** @see JupyterHub, scopes.py; those of all versions from 2.0 on */
const SCOPES = [
  ..."self inherit admin-ui admin:users admin:auth_state users delete:users list:users read:users read:users:name".split(" "),
  ..."read:users:groups read:users:activity read:roles read:roles:users read:roles:services read:roles:groups".split(" "),
  ..."users:activity admin:servers admin:server_state servers read:servers start:servers delete:servers tokens".split(" "),
  ..."read:tokens admin:groups groups list:groups read:groups read:groups:name delete:groups admin:services".split(" "),
  ..."list:services read:services read:services:name read:hub access:servers access:services users:shares".split(" "),
  ..."read:users:shares groups:shares read:groups:shares read:shares shares proxy shutdown read:metrics".split(" "),
];
const FILTERS = ["user", "group", "server", "service"];

export const scopeUnknown: Rule = {
  code: "scope-unknown",
  family: "profiles",
  severity: "block",
  title: "A role asks only for scopes that JupyterHub has",
  why: "JupyterHub looks up every scope when it starts, and ends with an error at the first that it does not know: the hub does not come back.",
  fix: "See JupyterHub's list of scopes. A filter follows an exclamation mark: access:servers!group=data8.",
  example: {
    fails: {
      common: "jupyterhub: { hub: { loadRoles: { gsi: { scopes: ['admin:server!group=data8'], groups: [data8-gsi] } } } }",
    },
    passes: {
      common: "jupyterhub: { hub: { loadRoles: { gsi: { scopes: ['admin:servers!group=data8'], groups: [data8-gsi] } } } }",
    },
  },
  check: forEachRelease(({ values, placeOf, nameOf }) =>
    entriesAt(values, ["hub", "loadRoles"]).flatMap(([role]) => {
      const path = ["hub", "loadRoles", role, "scopes"];
      return listAt(values, path).flatMap((scope, index) => {
        const wrong = typeof scope === "string" ? judge(scope) : undefined;
        if (!wrong) return [];
        const at = placeOf([...path, index]);
        const what = `"${nameOf(path)}" has ${wrong.what}, which JupyterHub does not know.`;
        return [{ at, what, ...(wrong.meant === undefined ? {} : { fix: `Did you mean "${wrong.meant}"?` }) }];
      });
    }),
  ),
};

function judge(scope: string): { what: string; meant: string | undefined } | undefined {
  const [name = "", filter] = scope.split("!");
  // Scopes of a fleet's own begin so, and secret ones are not ours to judge.
  if (name.startsWith("custom:") || name.startsWith("campanile-placeholder:")) return undefined;
  if (!SCOPES.includes(name)) return { what: `the scope ${name}`, meant: suggestName(name, SCOPES) };
  const kind = filter?.split("=")[0];
  if (kind === undefined || FILTERS.includes(kind)) return undefined;
  return { what: `the filter ${kind}`, meant: suggestName(kind, FILTERS) };
}
