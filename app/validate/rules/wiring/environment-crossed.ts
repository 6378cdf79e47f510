import type { FilePlace } from "../../../domain/finding.ts";
import type { ReleaseView } from "../../fleet-view.ts";
import { callbackHosts, ingressHosts, tlsHosts } from "../../hosts.ts";
import type { Rule } from "../../rule.ts";
import { sharesOf } from "../../shares.ts";

export const environmentCrossed: Rule = {
  code: "environment-crossed",
  family: "wiring",
  severity: "block",
  title: "What belongs to staging does not name prod, nor the other way round",
  why: "An environment's file is copied from another's, and one line is forgotten. A workshop's prod hub answered to the staging host for a morning; with a share, trials would write into students' homes.",
  fix: "Write the name of this environment's own host or share.",
  example: {
    fails: { prod: "nfsPVC: { nfs: { serverIP: 10.0.0.2, shareName: shares/data8/staging } }" },
    passes: { prod: "nfsPVC: { nfs: { serverIP: 10.0.0.2, shareName: shares/data8/prod } }" },
  },
  check: ({ head }) => {
    const environments = head.fleet.environments.map(({ name }) => name);
    return head.releases.flatMap((release) => {
      const others = environments.filter(
        (name) =>
          name !== release.environment && !wordsOf(release.environment).includes(name) && !wordsOf(release.hub).includes(name),
      );
      return namesOf(release).flatMap(({ name, words, place }) => {
        const other = others.find((each) => words.includes(each));
        if (other === undefined || words.includes(release.environment)) return [];
        const what = `In ${release.environment} this names ${name}, which belongs to ${other}.`;
        return [{ at: place(), what, release: release.id }];
      });
    });
  },
};

const wordsOf = (name: string) => name.toLowerCase().split(/[^a-z0-9]+/);

interface NameUse {
  name: string;
  words: string[];
  place: () => FilePlace;
}

const known = new WeakMap<ReleaseView, NameUse[]>();

/** What a release names that belongs to one environment. */
function namesOf(release: ReleaseView): NameUse[] {
  const before = known.get(release);
  if (before) return before;
  const { values, placeOf, whole } = release;
  const hosts = [...ingressHosts(values), ...tlsHosts(values), ...callbackHosts(values)];
  const names = [
    ...hosts.map(({ host, path }) => ({ name: host, place: () => placeOf(path) })),
    ...sharesOf(release).map(({ share, path }) => ({ name: share, place: () => whole.placeOf(path) })),
  ].map((use) => ({ ...use, words: wordsOf(use.name) }));
  known.set(release, names);
  return names;
}
