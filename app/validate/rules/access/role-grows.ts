import type { JsonObject } from "../../../domain/json.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { isOpaque } from "../../opaque.ts";
import { entriesAt, listAt, spawnerOverrides } from "../../overrides.ts";
import { POWERFUL_SCOPES } from "../../roles.ts";
import { forEachChange, type ReleaseFault, type Rule } from "../../rule.ts";

const ADMIN_USERS: ValuePath = ["hub", "config", "Authenticator", "admin_users"];

export const roleGrows: Rule = {
  code: "role-grows",
  family: "access",
  severity: "warn",
  title: "Power over other people's servers is given on purpose",
  why: "A scope, a group or an admin flag more is one line among many, and whoever has it can open every student's work. It is told so that somebody looks at it.",
  fix: "Nothing, if this is meant: the person who answers for the hub should be the one to approve it.",
  example: {
    base: { common: 'jupyterhub: { hub: { loadRoles: { gsi: { scopes: ["list:users!group=data8"], groups: [data8-gsi] } } } }' },
    fails: {
      common:
        'jupyterhub: { hub: { loadRoles: { gsi: { scopes: ["list:users!group=data8", "access:servers!group=data8"], groups: [data8-gsi] } } } }',
    },
    passes: {
      common:
        'jupyterhub: { hub: { loadRoles: { gsi: { description: GSIs, scopes: ["list:users!group=data8"], groups: [data8-gsi] } } } }',
    },
  },
  check: forEachChange((before, after) => {
    const fault = (path: ValuePath, gains: string): ReleaseFault => ({
      at: after.placeOf(path),
      what: `"${after.nameOf(path)}" ${gains}.`,
    });
    const roles = entriesAt(after.values, ["hub", "loadRoles"]).flatMap(([role]) => {
      const path = ["hub", "loadRoles", role];
      const scopes = added(before.values, after.values, [...path, "scopes"]).filter(isPowerful);
      const holdsPower = listAt(after.values, [...path, "scopes"]).some(
        (scope) => typeof scope === "string" && isPowerful(scope),
      );
      const people = ["groups", "users"].flatMap((kind) => added(before.values, after.values, [...path, kind]));
      return [
        ...(scopes.length > 0 ? [fault(path, `gains ${scopes.join(", ")}`)] : []),
        // A new role is told by its scopes already.
        ...(holdsPower && scopes.length === 0 && people.length > 0 ? [fault(path, "is given to more people")] : []),
      ];
    });
    const admins = added(before.values, after.values, ADMIN_USERS).length;
    const flags = spawnerOverrides(after.values)
      .map(({ path }): ValuePath => [...path, "admin"])
      .filter((path) => valueAt(after.values, path) === true && valueAt(before.values, path) !== true);
    return [
      ...roles,
      ...(admins > 0 ? [fault(ADMIN_USERS, `gains ${admins === 1 ? "one person" : `${admins} people`}`)] : []),
      ...flags.map((path) => fault(path, "makes everybody in the group an admin of the hub")),
    ];
  }),
};

/** People are counted, not named: a list of names in a comment is nobody's business. */
function added(before: JsonObject, after: JsonObject, path: ValuePath): string[] {
  const old = listAt(before, path);
  return listAt(after, path).filter((item): item is string => typeof item === "string" && !isOpaque(item) && !old.includes(item));
}

const isPowerful = (scope: string) => POWERFUL_SCOPES.has(scope.split("!")[0] ?? "");
