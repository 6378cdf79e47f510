import { type Finding, sortFindings } from "../domain/finding.ts";
import { ALL_RULES } from "./all-rules.ts";
import type { Fault, FleetChange, Rule } from "./rule.ts";

/** Every rule on every release, all faults at once; one that several releases share is one finding that names them. */
export function validate(change: FleetChange): Finding[] {
  return sortFindings(ALL_RULES.flatMap((rule) => findingsOf(rule, change)));
}

function findingsOf(rule: Rule, change: FleetChange): Finding[] {
  const shared = Map.groupBy(rule.check(change), ({ at, what }) => `${at.file}:${at.line}:${what}`);
  return [...shared.values()].flatMap((faults) => {
    const [first] = faults;
    return first ? [toFinding(rule, first, [...new Set(faults.flatMap((fault) => fault.release ?? []))])] : [];
  });
}

/** More names than this help nobody. */
const NAMED_RELEASES = 6;

function toFinding({ code, severity, why, fix }: Rule, fault: Fault, releases: readonly string[]): Finding {
  const named = releases.slice(0, NAMED_RELEASES).join(", ");
  const more = releases.length > NAMED_RELEASES ? ` and ${releases.length - NAMED_RELEASES} more` : "";
  const what = releases.length === 0 ? fault.what : `${fault.what} It concerns ${named}${more}.`;
  return { code, severity: fault.severity ?? severity, what, why, fix: fault.fix ?? fix, at: fault.at };
}
