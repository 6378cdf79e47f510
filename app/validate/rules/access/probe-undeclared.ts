import type { HubJourney } from "../../../domain/hub.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../domain/json.ts";
import { valueAt } from "../../../domain/value-at.ts";
import { isOpaque } from "../../opaque.ts";
import { letsIntoProbe, PROBE_SERVICE, probeRoles } from "../../probe-roles.ts";
import { POWERFUL_SCOPES } from "../../roles.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

const HUB = `title: Data 8
owners: [ada]
environments:
  staging: { url: "https://data8-staging.courses.example" }
  prod: { url: "https://data8.courses.example" }
journey: { imports: [datascience] }
`;
const DECLARED = `jupyterhub:
  hub:
    services:
      campanile: {}
    loadRoles:
      campanile:
        scopes: ["read:hub", "servers!user=campanile-probe", "access:servers!user=campanile-probe"]
        services: [campanile]
        users: [campanile-probe]`;

export const probeUndeclared: Rule = {
  code: "probe-undeclared",
  family: "access",
  severity: "warn",
  title: "A hub with a journey declares the probe that plays it",
  why: "Campanile comes as a user of its own, with a token that opens this user's server and no other. Without the declaration nobody can tell whether the hub works for students.",
  fix: "Declare service campanile and its role under hub.services and hub.loadRoles, in the words of docs/probe-user.md.",
  example: {
    fails: { common: DECLARED.replace(', "servers!user=campanile-probe"', ""), files: { "hubs/data8/hub.yaml": HUB } },
    passes: { common: DECLARED, files: { "hubs/data8/hub.yaml": HUB } },
  },
  check: forEachRelease(({ hub, journey, values }) => {
    const wrong = journey && describeProbe(values, journey);
    return journey && wrong !== undefined ? [{ at: journey.at, what: `The values of ${hub} ${wrong}.` }] : [];
  }),
};

/** @returns completes "The values of data8 ..."; undefined when nothing is wrong, or what is there is secret */
function describeProbe(values: JsonObject, { user }: HubJourney): string | undefined {
  const services = valueAt(values, ["hub", "services"]);
  const roles = valueAt(values, ["hub", "loadRoles"]);
  if (hasSecret(services) || hasSecret(roles)) return undefined;
  if (!isJsonObject(services) || !Object.hasOwn(services, PROBE_SERVICE)) return `declare no service ${PROBE_SERVICE}`;
  const own = probeRoles(values);
  const scopes = own.flatMap((role) => role.scopes);
  const missing = wantedScopes(user).filter(({ any }) => !any.some((scope) => scopes.includes(scope)));
  if (missing.length > 0) return `give service ${PROBE_SERVICE} no role with ${missing.map(({ name }) => name).join(" and ")}`;
  const tooMuch = scopes.find((scope) => POWERFUL_SCOPES.has(scope));
  if (tooMuch !== undefined) return `give service ${PROBE_SERVICE} the scope ${tooMuch} over everybody on the hub`;
  if (!own.some((role) => role.users.includes(user))) return `name no user ${user} in the role of service ${PROBE_SERVICE}`;
  const [intruder] = letsIntoProbe(own, user);
  return intruder === undefined
    ? undefined
    : `let ${intruder} into the server of ${user}: users of one role have all of its scopes, so each needs a role of its own`;
}

/** Anywhere in it: half a role says nothing. */
function hasSecret(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  return isJsonObject(value) ? Object.values(value).some(hasSecret) : isOpaque(value);
}

/** The name of each, and whatever includes it. @see JupyterHub, "Available scopes" */
function wantedScopes(user: string): { name: string; any: string[] }[] {
  const of = (...names: string[]) => names.flatMap((name) => [`${name}!user=${user}`, name]);
  return [
    { name: "read:hub", any: ["read:hub"] },
    { name: `servers!user=${user}`, any: of("servers", "admin:servers") },
    { name: `access:servers!user=${user}`, any: of("access:servers") },
  ];
}
