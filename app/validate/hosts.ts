import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { oncePer } from "../domain/once-per.ts";
import { type ValuePath, valueAt } from "../domain/value-at.ts";
import { isOpaque } from "./opaque.ts";
import { listAt } from "./overrides.ts";

export interface HostUse {
  host: string;
  path: ValuePath;
}

/** Each host that the release answers to, with its path. */
export const ingressHosts = oncePer((values: JsonObject): HostUse[] => {
  if (valueAt(values, ["ingress", "enabled"]) === false) return [];
  return hostsIn(values, ["ingress", "hosts"]);
});

/** Hosts that a certificate is asked for: for the ingress, or by the chart's own autohttps. */
export const tlsHosts = oncePer((values: JsonObject): HostUse[] => {
  const ofIngress = listAt(values, ["ingress", "tls"]).flatMap((_, index) => hostsIn(values, ["ingress", "tls", index, "hosts"]));
  const ofProxy = hostsIn(values, ["proxy", "https", "hosts"]);
  return [
    ...(valueAt(values, ["ingress", "enabled"]) === false ? [] : ofIngress),
    ...(valueAt(values, ["proxy", "https", "enabled"]) === false ? [] : ofProxy),
  ];
});

function hostsIn(values: JsonObject, path: ValuePath): HostUse[] {
  return listAt(values, path).flatMap((host, index) =>
    typeof host === "string" && !isOpaque(host) ? [{ host: host.toLowerCase(), path: [...path, index] }] : [],
  );
}

/** Where the login leads back to, for each section of `hub.config` that says so. */
export function callbackHosts(values: JsonObject): HostUse[] {
  const sections = valueAt(values, ["hub", "config"]);
  return Object.entries(isJsonObject(sections) ? sections : {}).flatMap(([section, traits]) => {
    const callback = isJsonObject(traits) ? traits.oauth_callback_url : undefined;
    const host = typeof callback === "string" && !isOpaque(callback) ? hostOf(callback) : undefined;
    return host === undefined ? [] : [{ host, path: ["hub", "config", section, "oauth_callback_url"] }];
  });
}

export function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;
}
