import type { Rule } from "../../rule.ts";
import { sharesOf } from "../../shares.ts";

export const shareTwice: Rule = {
  code: "share-twice",
  family: "wiring",
  severity: "block",
  title: "Each release keeps its students' homes on a share of its own",
  why: "Two hubs on one share give the same home to two people who have the same name, and what is tried on staging is written into the homes of prod.",
  fix: "Make a share for this release, and name it here.",
  example: {
    fails: { common: "nfsPVC: { nfs: { serverIP: 10.0.0.2, shareName: shares/data8 } }" },
    passes: {
      common: "nfsPVC: { nfs: { serverIP: 10.0.0.2 } }",
      staging: "nfsPVC: { nfs: { shareName: shares/data8/staging } }",
      prod: "nfsPVC: { nfs: { shareName: shares/data8/prod } }",
    },
  },
  check({ head }) {
    const all = head.releases.flatMap((release) => sharesOf(release).map((found) => ({ ...found, release })));
    const owners = Map.groupBy(all, ({ server, share }) => `${server}:${share}`);
    return all.flatMap(({ server, share, path, release }) => {
      const twins = owners.get(`${server}:${share}`)?.filter((other) => other.release.id !== release.id) ?? [];
      if (twins.length === 0) return [];
      const what = `The share ${share} on ${server} belongs to more than one release.`;
      return [{ at: release.whole.placeOf(path), what, release: release.id }];
    });
  },
};
