import type { JsonObject } from "../../domain/json.ts";
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
  const { title, owners } = hub;
  return {
    // The JupyterHub chart refuses keys that it does not know.
    ...(jupyterhub.length > 0 ? { course: { title, owners } } : {}),
    ...below(jupyterhub, {
      ...(adminUsers.length > 0 ? { hub: { config: { Authenticator: { admin_users: adminUsers } } } } : {}),
      singleuser: { memory: { guarantee: memory.guarantee, limit: memory.limit } },
    }),
  };
}

export function environmentValues(jupyterhub: readonly string[], url: string): JsonObject {
  return below(jupyterhub, { ingress: { hosts: [new URL(url).hostname] } });
}

function below(keys: readonly string[], values: JsonObject): JsonObject {
  return keys.reduceRight((inner, key) => ({ [key]: inner }), values);
}
