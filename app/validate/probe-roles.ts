import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { valueAt } from "../domain/value-at.ts";

/** The service as which Campanile comes to a hub. */
export const PROBE_SERVICE = "campanile";

export interface ProbeRole {
  scopes: string[];
  /** Who has the role too, and is made by it. */
  users: string[];
}

/** Every role that the values give the service. */
export function probeRoles(values: JsonObject): ProbeRole[] {
  const roles = valueAt(values, ["hub", "loadRoles"]);
  return Object.values(isJsonObject(roles) ? roles : {})
    .filter(isJsonObject)
    .filter((role) => textsIn(role.services).includes(PROBE_SERVICE))
    .map((role) => ({ scopes: textsIn(role.scopes), users: textsIn(role.users) }));
}

/**
 * Who stands for all the others and tries to read what the probe has written.
 * @returns undefined where nobody does: nobody whose server the service may use, and who is let into the probe's by no role
 */
export function classmateOf(values: JsonObject, user: string): string | undefined {
  const roles = probeRoles(values);
  const scopes = new Set(roles.flatMap((role) => role.scopes));
  const others = roles.flatMap((role) => role.users).filter((name) => name !== user && isPlainName(name));
  return others.find(
    (name) => classmateScopes(name).every((scope) => scopes.has(scope)) && !letsIntoProbe(roles, user).includes(name),
  );
}

export function classmateScopes(name: string): string[] {
  return ["servers", "access:servers"].map((scope) => `${scope}!user=${name}`);
}

/** Users whom a role of the service gives what the service has: the probe's server. */
export function letsIntoProbe(roles: readonly ProbeRole[], user: string): string[] {
  return roles
    .filter(({ scopes }) => scopes.includes(`access:servers!user=${user}`))
    .flatMap(({ users }) => users)
    .filter((name) => name !== user);
}

/** It becomes part of addresses. */
const isPlainName = (name: string) => /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(name);

function textsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((each) => typeof each === "string") : [];
}
