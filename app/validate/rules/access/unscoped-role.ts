import { isJsonObject } from "../../../domain/json.ts";
import { type ValuePath, valueAt } from "../../../domain/value-at.ts";
import { POWERFUL_SCOPES } from "../../roles.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const unscopedRole: Rule = {
  code: "unscoped-role",
  family: "access",
  severity: "warn",
  title: "A role for a course's staff reaches that course's students only",
  why: "A scope without a filter covers every user of the hub. On shared hubs staff of one course could open the servers of all others.",
  fix: "Add a filter, such as access:servers!group=data8-students; or say in the role's description why it needs all.",
  example: {
    fails: {
      common: 'jupyterhub: { hub: { loadRoles: { gsi: { scopes: ["admin:servers"], groups: [data8-gsi] } } } }',
    },
    passes: {
      common: 'jupyterhub: { hub: { loadRoles: { gsi: { scopes: ["admin:servers!group=data8"], groups: [data8-gsi] } } } }',
    },
  },
  check: forEachRelease(({ values, placeOf, nameOf }) => {
    const roles = valueAt(values, ["hub", "loadRoles"]);
    return Object.entries(isJsonObject(roles) ? roles : {}).flatMap(([role, definition]) => {
      // Services are programs of the hub's own operators, and a reason was asked for and given.
      if (!isJsonObject(definition) || definition.services !== undefined || definition.description !== undefined) return [];
      const scopes = Array.isArray(definition.scopes) ? definition.scopes : [];
      return scopes.flatMap((scope, index) => {
        if (typeof scope !== "string" || !POWERFUL_SCOPES.has(scope)) return [];
        const path: ValuePath = ["hub", "loadRoles", role, "scopes", index];
        const what = `"${nameOf(["hub", "loadRoles", role])}" has the scope ${scope} over everybody on the hub.`;
        return [{ at: placeOf(path), what }];
      });
    });
  }),
};
