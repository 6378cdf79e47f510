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
    let owners: Map<string, string> | undefined;
    // Nearly always nobody asks.
    const ownerOf = (wanted: string) => {
      owners ??= new Map(
        head.releases.flatMap(({ id, values }) => ingressHosts(values).map(({ host }): [string, string] => [host, id])),
      );
      return owners.get(wanted);
    };
    return head.releases.flatMap(({ id, values, placeOf }) => {
      const own = ingressHosts(values);
      if (own.length === 0) return [];
      return tlsHosts(values).flatMap(({ host, path }) => {
        if (own.some((each) => host === each.host || host === `*.${each.host.split(".").slice(1).join(".")}`)) return [];
        const owner = ownerOf(host);
        const what =
          owner === undefined
            ? `A certificate is asked for ${host}, which is not among the hosts.`
            : `A certificate is asked for ${host}, the host of ${owner}.`;
        return [{ at: placeOf(path), what, release: id, severity: owner === undefined ? "warn" : "block" } as const];
      });
    });
  },
};
