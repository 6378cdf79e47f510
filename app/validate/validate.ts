import { type Finding, sortFindings } from "../domain/finding.ts";
import { ALL_RULES } from "./all-rules.ts";
import type { Fault, FleetChange, Rule } from "./rule.ts";
import { waiversOf } from "./waivers.ts";

/** Every rule on every release, all faults at once; one that several releases share is one finding that names them. */
export function validate(change: FleetChange): Finding[] {
  const today = change.today ?? new Date();
  const waivers = waiversOf(change, today);
  const judge = (rule: Rule) => {
    const faults = rule.check({ ...change, today }).filter((fault) => !waivers.isWaived(rule, fault));
    return toFindings(rule, faults, change);
  };
  const telling = ALL_RULES.filter(({ isGeneral }) => !isGeneral).flatMap(judge);
  const told = new Set(telling.map(placeOf));
  const general = ALL_RULES.filter(({ isGeneral }) => isGeneral)
    .flatMap(judge)
    .filter((finding) => !told.has(placeOf(finding)));
  return sortFindings([...telling, ...general, ...waivers.findings(ALL_RULES)]);
}

const placeOf = ({ at }: Finding) => `${at.file}:${at.line}:${at.column ?? 0}`;

function toFindings(rule: Rule, faults: readonly Fault[], change: FleetChange): Finding[] {
  const old = faults.length === 0 ? new Set<string>() : keysOf(rule, change);
  const shared = Map.groupBy(faults, ({ at, what }) => `${at.file}:${at.line}:${what}`);
  return [...shared.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    return toFinding(rule, first, {
      releases: [...new Set(group.flatMap((fault) => fault.release ?? []))],
      isOld: group.every((fault) => old.has(keyOf(fault))),
    });
  });
}

/** The faults that the base has already: whoever changes something else did not make them, and must not be stopped by them. */
function keysOf(rule: Rule, { base, today }: FleetChange): Set<string> {
  return new Set(base ? rule.check({ head: base, base: undefined, today }).map(keyOf) : []);
}

/** Lines move; what is said of a file stays. */
function keyOf({ at, what, release }: Fault): string {
  return `${release ?? ""} ${at.file} ${what}`;
}

/** More names than this help nobody. */
const NAMED_RELEASES = 6;

function toFinding(
  { code, severity, why, fix }: Rule,
  fault: Fault,
  { releases, isOld }: { releases: readonly string[]; isOld: boolean },
): Finding {
  const weight = fault.severity ?? severity;
  const named = releases.slice(0, NAMED_RELEASES).join(", ");
  const more = releases.length > NAMED_RELEASES ? ` and ${releases.length - NAMED_RELEASES} more` : "";
  const concerned = releases.length === 0 ? "" : ` It concerns ${named}${more}.`;
  const before = isOld ? " It was so before this change." : "";
  return {
    code,
    severity: isOld && weight === "block" ? "warn" : weight,
    what: `${fault.what}${concerned}${before}`,
    why,
    fix: fault.fix ?? fix,
    at: fault.at,
    ...(isOld ? { isOld } : {}),
  };
}
