import type { FilePlace, Severity } from "../domain/finding.ts";
import { oncePer } from "../domain/once-per.ts";
import type { FleetView, ReleaseView } from "./fleet-view.ts";

/** What a rule judges: the files as they would be after the merge, beside what they are now. */
export interface FleetChange {
  head: FleetView;
  /** Absent when the base has faults of its own, or there is none: rules about change then have nothing to say. */
  base: FleetView | undefined;
  /** The pull request's title; absent on the command line. */
  title?: string | undefined;
  /** What each commit adds, oldest first; absent where there are none to look at. */
  commits?: readonly CommitText[] | undefined;
  /** The day on which dates are judged; today when left out. */
  today?: Date | undefined;
}

/** Lines that one commit adds to one file. */
export interface CommitText {
  /** Full SHA. */
  sha: string;
  file: string;
  lines: { number: number; text: string }[];
}

/** One place where a rule is broken. */
export interface Fault {
  at: FilePlace;
  /** A sentence without Markdown; never a value that may be secret. */
  what: string;
  /** Instead of the rule's own way out, where the place allows a better one. */
  fix?: string;
  /** Instead of the rule's own, where this place is less sure than others. */
  severity?: Severity;
  /** The release that it hits; the same fault of a shared file is told once, with all that it hits. Absent for a fault of no release. */
  release?: string;
}

/** Files of a small fleet, beside a base that is in order: Data 8 in staging and prod. YAML; a missing one stays as it is. */
export interface Example {
  /** `hubs/data8/values/common.yaml`. */
  common?: string;
  /** `hubs/data8/values/<env>.yaml`. */
  staging?: string;
  prod?: string;
  /** The chart's version in `hubs/data8/pins/<env>.yaml`, of both environments. */
  chartVersion?: string;
  /** The version of the JupyterHub chart that the pinned one is made of; 4.4.0 when left out. */
  jupyterhubVersion?: string;
  /** Any other file, by its path. */
  files?: Readonly<Record<string, string>>;
  /** The pull request's title. */
  title?: string;
  /** What a commit of the pull request adds, by file. */
  commit?: Readonly<Record<string, string>>;
}

/** One thing that must hold, in words and examples: the documents, the tests and the command line are made from it. */
export interface RuleText {
  /** Stable: people write it into waivers. */
  code: string;
  family:
    | "files"
    | "schema"
    | "profiles"
    | "images"
    | "wiring"
    | "access"
    | "homes"
    | "secrets"
    | "changes"
    | "capacity"
    | "waivers";
  severity: Severity;
  /** What must hold, in one line. */
  title: string;
  /** What went wrong in reality where it did not hold. */
  why: string;
  fix: string;
  /** The page under docs/runbooks that leads through it, where a change of one file is not enough. */
  runbook?: string;
  /** `base` is what the files said before, for rules about change. */
  example: { base?: Example; fails: Example; passes: Example };
}

/** A rule with its judge. */
export interface Rule extends RuleText {
  /** It says nothing of a place where a rule that knows more has spoken. */
  isGeneral?: true;
  check(change: FleetChange): Fault[];
}

/** A fault of one release, without the name that `forEachRelease` adds. */
export type ReleaseFault = Omit<Fault, "release">;

/**
 * For rules that need nothing but one release. What was said of a release is remembered as long as that release is,
 * so that a fleet of a thousand hubs is not judged anew for each.
 */
export function forEachRelease(judge: Judge): Rule["check"] {
  judges.push(judge);
  return ({ head }) => faultsIn(head).get(judge) ?? [];
}

type Judge = (release: ReleaseView) => ReleaseFault[];

/** All that were ever made: each release is asked once for all of them, because nearly always none has anything to say. */
const judges: Judge[] = [];

const faultsIn = oncePer(({ releases }: FleetView): Map<Judge, Fault[]> => {
  const all = new Map<Judge, Fault[]>();
  for (const release of releases)
    for (const [judge, faults] of faultsOf(release)) {
      const known = all.get(judge) ?? [];
      known.push(...faults);
      all.set(judge, known);
    }
  return all;
});

const faultsOf = oncePer((release: ReleaseView): [Judge, Fault[]][] =>
  judges.flatMap((judge): [Judge, Fault[]][] => {
    const faults = judge(release).map((fault) => ({ ...fault, release: release.id }));
    return faults.length === 0 ? [] : [[judge, faults]];
  }),
);

/** For rules about change: each release that was there before, beside what it was. */
export function forEachChange(judge: (before: ReleaseView, after: ReleaseView) => ReleaseFault[]): Rule["check"] {
  return ({ base, head }) =>
    head.releases.flatMap((after) => {
      const before = base?.find(after.id);
      // The same view is the same release, of which nothing changed.
      return before && before !== after ? judge(before, after).map((fault) => ({ ...fault, release: after.id })) : [];
    });
}
