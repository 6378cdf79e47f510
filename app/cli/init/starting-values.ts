import type { JsonObject } from "../../domain/json.ts";
import { classmateScopes, PROBE_SERVICE } from "../../validate/probe-roles.ts";
import type { Answers } from "./answers.ts";

/** What every hub wants, whatever its course. */
const SHARED: JsonObject = {
  proxy: { service: { type: "ClusterIP" } },
  ingress: { enabled: true },
  cull: { enabled: true, timeout: 3600, every: 600 },
};

/** @param jupyterhub the keys below which the chart expects JupyterHub's values; none for the JupyterHub chart itself */
export function sharedValues(jupyterhub: readonly string[]): JsonObject {
  return below(jupyterhub, SHARED);
}

export function hubValues(jupyterhub: readonly string[], { hub, memory, adminUsers }: Answers["hubs"][string]): JsonObject {
  const { title, owners, journey } = hub;
  const ofHub: JsonObject = {
    ...(adminUsers.length > 0 ? { config: { Authenticator: { admin_users: adminUsers } } } : {}),
    ...(journey ? probeOf(journey.user) : {}),
  };
  return {
    // The JupyterHub chart refuses keys that it does not know.
    ...(jupyterhub.length > 0 ? { course: { title, owners } } : {}),
    ...below(jupyterhub, {
      ...(Object.keys(ofHub).length > 0 ? { hub: ofHub } : {}),
      singleuser: { memory: { guarantee: memory.guarantee, limit: memory.limit } },
    }),
  };
}

const CLASSMATE = "campanile-classmate";

/** As docs/probe-user.md says it. */
function probeOf(user: string): JsonObject {
  const scopes = ["read:hub", `servers!user=${user}`, `access:servers!user=${user}`];
  const services = [PROBE_SERVICE];
  return {
    services: { [PROBE_SERVICE]: {} },
    loadRoles: {
      campanile: { scopes, services, users: [user] },
      [CLASSMATE]: { scopes: classmateScopes(CLASSMATE), services, users: [CLASSMATE] },
    },
  };
}

export function environmentValues(jupyterhub: readonly string[], url: string): JsonObject {
  return below(jupyterhub, { ingress: { hosts: [new URL(url).hostname] } });
}

function below(keys: readonly string[], values: JsonObject): JsonObject {
  return keys.reduceRight((inner, key) => ({ [key]: inner }), values);
}
