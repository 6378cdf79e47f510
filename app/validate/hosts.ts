import type { JsonObject } from "../domain/json.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";

/** Each host that the release answers to, with its path. */
export function ingressHosts(values: JsonObject): { host: string; path: ValuePath }[] {
  const hosts = valueAt(values, ["ingress", "hosts"]);
  return (Array.isArray(hosts) ? hosts : []).flatMap((host, index) =>
    typeof host === "string" ? [{ host, path: ["ingress", "hosts", index] }] : [],
  );
}

export function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;
}
