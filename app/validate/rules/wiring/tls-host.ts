import { ingressHosts, tlsHosts } from "../../hosts.ts";
import type { Rule } from "../../rule.ts";

export const tlsHost: Rule = {
  code: "tls-host",
  family: "wiring",
  severity: "block",
  title: "Certificates are asked for the hosts that the release answers to",
  why: "A certificate for another release's host leaves browsers with a warning at this one, and two releases fight for the same certificate.",
  fix: "List under tls the same hosts as under ingress.hosts.",
  example: {
    fails: {
      staging: "jupyterhub: { ingress: { enabled: true, hosts: [data8-staging.courses.example] } }",
      prod: "jupyterhub: { ingress: { enabled: true, hosts: [data8.courses.example], tls: [{ secretName: tls, hosts: [data8-staging.courses.example] }] } }",
    },
    passes: {
      staging: "jupyterhub: { ingress: { enabled: true, hosts: [data8-staging.courses.example] } }",
      prod: "jupyterhub: { ingress: { enabled: true, hosts: [data8.courses.example], tls: [{ secretName: tls, hosts: [data8.courses.example] }] } }",
    },
  },
  check({ head }) {
    const owners = new Map(
      head.releases.flatMap((release) => ingressHosts(release.values).map(({ host }) => [host, release.id] as const)),
    );
    return head.releases.flatMap(({ id, values, placeOf }) => {
      const own = new Set(ingressHosts(values).map(({ host }) => host));
      if (own.size === 0) return [];
      return tlsHosts(values).flatMap(({ host, path }) => {
        if (own.has(host) || [...own].some((each) => host === `*.${each.split(".").slice(1).join(".")}`)) return [];
        const owner = owners.get(host);
        const what =
          owner === undefined
            ? `A certificate is asked for ${host}, which is not among the hosts.`
            : `A certificate is asked for ${host}, the host of ${owner}.`;
        return [{ at: placeOf(path), what, release: id, severity: owner === undefined ? "warn" : "block" } as const];
      });
    });
  },
};
