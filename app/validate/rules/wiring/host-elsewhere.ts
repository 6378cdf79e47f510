import { hostOf, ingressHosts } from "../../hosts.ts";
import { forEachRelease, type Rule } from "../../rule.ts";

export const hostElsewhere: Rule = {
  code: "host-elsewhere",
  family: "wiring",
  severity: "block",
  title: "A release answers to the address that hub.yaml gives",
  why: "The address in hub.yaml is the one that is checked after a rollout and given to students; an ingress for another host leaves it dead.",
  fix: "Make the two say the same host.",
  example: {
    fails: { prod: "jupyterhub: { ingress: { enabled: true, hosts: [data100.courses.example] } }" },
    passes: { prod: "jupyterhub: { ingress: { enabled: true, hosts: [data8.courses.example] } }" },
  },
  check: forEachRelease(({ values, config, placeOf }) => {
    const hosts = ingressHosts(values);
    const own = hostOf(config.url);
    const [first] = hosts;
    if (!first || own === undefined || hosts.some(({ host }) => host === own || covers(host, own))) return [];
    const what = `The ingress answers to ${hosts.map(({ host }) => host).join(", ")}, but not to ${own}, the hub's address.`;
    return [{ at: placeOf(first.path), what }];
  }),
};

/** `*.courses.example` answers to one label more. */
function covers(host: string, own: string): boolean {
  return host.startsWith("*.") && own.slice(own.indexOf(".")) === host.slice(1);
}
