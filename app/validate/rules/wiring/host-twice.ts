import { valueAt } from "../../../domain/value-at.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { ingressHosts } from "../../hosts.ts";
import type { Rule } from "../../rule.ts";

export const hostTwice: Rule = {
  code: "host-twice",
  family: "wiring",
  severity: "block",
  title: "Two releases do not answer to the same host",
  why: "The ingress sends each request to one of them, and which one is chance: students land on another course's hub, or on staging.",
  fix: "Give each release a host of its own.",
  example: {
    fails: { common: "jupyterhub: { ingress: { hosts: [data8.courses.example] } }" },
    passes: {
      staging: "jupyterhub: { ingress: { hosts: [data8-staging.courses.example] } }",
      prod: "jupyterhub: { ingress: { hosts: [data8.courses.example] } }",
    },
  },
  check({ head }) {
    const all = head.releases.flatMap((release) => ingressHosts(release.values).map((found) => ({ ...found, release })));
    const owners = Map.groupBy(all, ({ host }) => host);
    return all.flatMap(({ host, path, release }) => {
      // Releases at different paths below one host are told apart by the ingress.
      const twin = owners
        .get(host)
        ?.find((other) => other.release.id !== release.id && baseUrl(other.release) === baseUrl(release));
      if (!twin) return [];
      return [{ at: release.placeOf(path), what: `The host ${host} belongs to more than one release.`, release: release.id }];
    });
  },
};

function baseUrl({ effective }: ReleaseView): string {
  const url = valueAt(effective, ["hub", "baseUrl"]);
  return typeof url === "string" ? url : "/";
}
