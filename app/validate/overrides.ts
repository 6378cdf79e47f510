import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";

/**
 * What a custom spawner adds to the servers of some people. The chart hands `custom` on unread, so nothing but these rules
 * ever looks at it. The form is that of the spawner of Berkeley's DataHub, which others copied.
 */
export interface SpawnerOverride {
  /** For whoever is in the group, for the users it lists, or for admins. */
  kind: "group" | "profile" | "admin";
  /** Name of the group or the profile. */
  name: string;
  path: ValuePath;
  value: Json;
}

export const GROUP_PROFILES: ValuePath = ["custom", "group_profiles"];
const PROFILES: ValuePath = ["custom", "profiles"];
const ADMIN: ValuePath = ["custom", "admin"];

export function spawnerOverrides(values: JsonObject): SpawnerOverride[] {
  const within = (path: ValuePath, kind: "group" | "profile"): SpawnerOverride[] =>
    entriesAt(values, path).map(([name, value]) => ({ kind, name, path: [...path, name], value }));
  const admin = valueAt(values, ADMIN);
  return [
    ...within(GROUP_PROFILES, "group"),
    ...within(PROFILES, "profile"),
    // An `admin` that says true or lists names belongs to somebody else's scheme.
    ...(isJsonObject(admin) ? [{ kind: "admin" as const, name: "admin", path: ADMIN, value: admin }] : []),
  ];
}

/** The Python that fleets put beside the chart's own configuration, all of it: the custom spawner is often there. */
export function extraConfig(values: JsonObject): string {
  return entriesAt(values, ["hub", "extraConfig"])
    .map(([, code]) => (typeof code === "string" ? code : ""))
    .join("\n");
}

/** Whether the fleet's Python speaks of something by its name in quotes, as a key of a dictionary or a trait. */
export function isQuotedIn(code: string, name: string): boolean {
  return code.includes(`"${name}"`) || code.includes(`'${name}'`);
}

export function entriesAt(values: Json, path: ValuePath): [string, Json][] {
  const found = valueAt(values, path);
  return isJsonObject(found) ? Object.entries(found) : [];
}

export function listAt(values: Json, path: ValuePath): Json[] {
  const found = valueAt(values, path);
  return Array.isArray(found) ? found : [];
}

/** The course that a group's name speaks of: `course::1538208::enrollment_type::ta`, or the number alone as before 2023. */
export function courseOf(group: string): { course: string; role?: string } | undefined {
  const [, course, role] = /^(?:course::)?(\d{4,})(?:::enrollment_type::(.+)|::group::.+)?$/.exec(group) ?? [];
  if (course === undefined) return undefined;
  return role === undefined ? { course } : { course, role };
}
