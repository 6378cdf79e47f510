import type { FilePlace } from "../../../domain/finding.ts";
import { oncePer } from "../../../domain/once-per.ts";
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
      const own = ownWords(release);
      const others = environments.filter((name) => name !== release.environment && !own.includes(name));
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

const ownWords = oncePer(({ environment, hub }: ReleaseView) => [...wordsOf(environment), ...wordsOf(hub)]);

interface NameUse {
  name: string;
  words: string[];
  place: () => FilePlace;
}

/** What a release names that belongs to one environment. */
const namesOf = oncePer((release: ReleaseView): NameUse[] => {
  const { values, placeOf, whole } = release;
  const hosts = [...ingressHosts(values), ...tlsHosts(values), ...callbackHosts(values)];
  return [
    ...hosts.map(({ host, path }) => ({ name: host, place: () => placeOf(path) })),
    ...sharesOf(release).map(({ share, path }) => ({ name: share, place: () => whole.placeOf(path) })),
  ].map((use) => ({ ...use, words: wordsOf(use.name) }));
});
