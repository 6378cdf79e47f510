import type { Severity } from "../../../domain/finding.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../domain/json.ts";
import { suggestName } from "../../../domain/suggest-name.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { isOpaque } from "../../opaque.ts";
import { entriesAt } from "../../overrides.ts";
import { forEachRelease, type ReleaseFault, type Rule } from "../../rule.ts";

/** @see JupyterHub, roles.py: another name ends the hub at its start */
const ROLE_NAME = /^[a-z][a-z0-9\-_~.]{1,253}[a-z0-9]$/;
const LISTS = ["scopes", "users", "groups", "services"];
const KEYS = ["name", "description", ...LISTS];
const ROLES: ValuePath = ["hub", "loadRoles"];

export const roleShape: Rule = {
  code: "role-shape",
  family: "profiles",
  severity: "block",
  title: "Roles have the form that JupyterHub reads",
  why: "JupyterHub reads all roles when it starts, and a role that is no map, or a text where a list belongs, ends it there. A stray colon did that, and the hub was down for sixteen hours.",
  fix: "Write each role as a map with scopes, and users, groups or services, each of them a list of names.",
  example: {
    fails: {
      common: "jupyterhub: { hub: { loadRoles: { gsi: { scopes: 'read:servers!group=data8', groups: [data8-gsi] } } } }",
    },
    passes: {
      common: "jupyterhub: { hub: { loadRoles: { gsi: { scopes: ['read:servers!group=data8'], groups: [data8-gsi] } } } }",
    },
  },
  check: forEachRelease(({ effective, placeOf, nameOf }) => {
    const fault = (path: ValuePath, wrong: string, fix?: string): ReleaseFault => ({
      at: placeOf(path),
      what: `"${nameOf(path)}" ${wrong}.`,
      ...(fix === undefined ? {} : { fix }),
    });
    const roles = valueAt(effective, ROLES);
    if (roles !== undefined && !isJsonObject(roles) && !isOpaque(roles)) return [fault(ROLES, "is not a map of roles")];
    return entriesAt(effective, ROLES).flatMap(([key, role]) => {
      const path = [...ROLES, key];
      if (isOpaque(role)) return [];
      if (!isJsonObject(role)) return [fault(path, "is not a map")];
      const name = role.name ?? key;
      return [
        ...(typeof name === "string" && !isOpaque(name) && !ROLE_NAME.test(name)
          ? [fault(path, "is no name for a role", "Use lower-case letters, digits and dashes, a letter first.")]
          : []),
        ...LISTS.flatMap((list) =>
          listFaults(role, list).map(({ at, wrong, severity }) => ({ ...fault([...path, list, ...at], wrong), severity })),
        ),
        ...misspelt(role).map(({ key: wrong, meant }) => fault([...path, wrong], "is not read", `Did you mean "${meant}"?`)),
      ];
    });
  }),
};

function listFaults(role: JsonObject, key: string): { at: ValuePath; wrong: string; severity: Severity }[] {
  const list: Json | undefined = role[key];
  if (list === undefined || isOpaque(list)) return [];
  // JupyterHub takes the keys of a map for the names, which may even be what was meant.
  if (isJsonObject(list)) return [{ at: [], wrong: "is a map, not a list", severity: "warn" }];
  if (!Array.isArray(list)) return [{ at: [], wrong: "is not a list", severity: "block" }];
  return list.flatMap((item, index) =>
    typeof item === "string" && item !== "" ? [] : [{ at: [index], wrong: "is not a name", severity: "block" as const }],
  );
}

function misspelt(role: JsonObject): { key: string; meant: string }[] {
  return Object.keys(role).flatMap((key) => {
    const meant = KEYS.includes(key) ? undefined : suggestName(key, KEYS);
    return meant === undefined ? [] : [{ key, meant }];
  });
}
