import type { Finding } from "../domain/finding.ts";
import type { Waiver } from "../domain/hub.ts";
import { suggestName } from "../domain/suggest-name.ts";
import type { Fault, FleetChange, Rule, RuleText } from "./rule.ts";

const fleetWith = (expires: string) => `title: Courses
clusters: { courses: { context: courses, kubernetesVersion: 1.36.3 } }
environments: [{ name: staging }, { name: prod }]
charts: { hub: "https://charts.example/" }
waivers:
  - code: moving-tag
    scope: { hub: data8 }
    reason: The proxy's authors publish no other tag.
    owner: ada
    expires: ${expires}
`;
const MOVING_TAG = "jupyterhub: { proxy: { chp: { image: { name: example/proxy, tag: latest } } } }";

export const WAIVER_EXPIRED: RuleText = {
  code: "waiver-expired",
  family: "waivers",
  severity: "warn",
  title: "A waiver ends on its day",
  why: "A waiver is for the time that it takes to mend something. One that is over waives nothing any more, and what it hid is told again.",
  fix: "Mend what it was for and remove it; or agree on a new day with its owner.",
  example: {
    fails: { files: { "campanile.yaml": fleetWith("2026-01-31") }, common: MOVING_TAG },
    passes: { files: { "campanile.yaml": fleetWith("2027-01-31") }, common: MOVING_TAG },
  },
};

export const WAIVER_UNUSED: RuleText = {
  code: "waiver-unused",
  family: "waivers",
  severity: "info",
  title: "Every waiver is for something that is there",
  why: "A waiver for what was mended long ago hides the same fault when it comes back.",
  fix: "Remove it from campanile.yaml.",
  example: {
    fails: { files: { "campanile.yaml": fleetWith("2027-01-31") } },
    passes: { files: { "campanile.yaml": fleetWith("2027-01-31") }, common: MOVING_TAG },
  },
};

export interface Waiving {
  /** Whether somebody answers for this fault. */
  isWaived(rule: RuleText, fault: Fault): boolean;
  /** What is wrong with the waivers themselves; to be asked when all faults were. */
  findings(rules: readonly Rule[]): Finding[];
}

/**
 * Waivers of the base: a pull request cannot waive what it does itself. Without a base those of the files count.
 * @param today the day on which they are judged
 */
export function waiversOf({ head, base }: FleetChange, today: Date): Waiving {
  const all = (base ?? head).fleet.waivers ?? [];
  const acting = all.filter((waiver) => !isOver(waiver, today));
  const used = new Set<Waiver>();

  return {
    isWaived({ code }, fault) {
      const release = fault.release === undefined ? undefined : head.find(fault.release);
      const waiver = acting.find((each) => each.code === code && covers(each.scope, fault.at.file, release));
      if (waiver) used.add(waiver);
      return waiver !== undefined;
    },

    findings(rules) {
      const written = head.fleet.waivers ?? [];
      return all.flatMap((waiver) => {
        // One that this change removes is nobody's trouble any more.
        const here = written.find((each) => isSame(each, waiver));
        if (!here) return [];
        if (isOver(waiver, today)) return [expired(here)];
        const rule = rules.find(({ code }) => code === waiver.code);
        if (!rule) return [unknownRule(here, rules)];
        // A rule about change has nothing to find until somebody makes that change.
        return used.has(waiver) || isAboutChange(rule) ? [] : [unused(here, `The waiver for ${waiver.code} is for nothing.`)];
      });
    },
  };
}

/** It holds until the end of its day, wherever on earth that is. */
function isOver({ expires }: Waiver, today: Date): boolean {
  return today.getTime() > Date.parse(`${expires}T23:59:59Z`) + 12 * 3600 * 1000;
}

function covers(scope: Waiver["scope"], file: string, release: { hub: string; environment: string } | undefined): boolean {
  return (
    (scope.hub === undefined || scope.hub === release?.hub) &&
    (scope.environment === undefined || scope.environment === release?.environment) &&
    (scope.file === undefined || scope.file === file)
  );
}

function isSame(one: Waiver, other: Waiver): boolean {
  return (
    one.code === other.code &&
    one.expires === other.expires &&
    one.scope.hub === other.scope.hub &&
    one.scope.environment === other.scope.environment &&
    one.scope.file === other.scope.file
  );
}

function isAboutChange({ example }: Rule): boolean {
  return example.base !== undefined || example.fails.commit !== undefined;
}

function expired({ code, owner, expires, at }: Waiver): Finding {
  const { why, fix, severity } = WAIVER_EXPIRED;
  return {
    code: WAIVER_EXPIRED.code,
    severity,
    what: `The waiver for ${code}, for which ${owner} answers, ended on ${expires}.`,
    why,
    fix,
    at,
  };
}

function unknownRule(waiver: Waiver, rules: readonly Rule[]): Finding {
  const meant = suggestName(
    waiver.code,
    rules.map(({ code }) => code),
  );
  const found = unused(waiver, `There is no rule ${waiver.code}.`);
  return meant === undefined ? found : { ...found, fix: `Did you mean "${meant}"?` };
}

function unused({ at }: Waiver, what: string): Finding {
  const { code, severity, why, fix } = WAIVER_UNUSED;
  return { code, severity, what, why, fix, at };
}
