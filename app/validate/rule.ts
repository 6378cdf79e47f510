import type { FilePlace, Severity } from "../domain/finding.ts";
import type { FleetView } from "./fleet-view.ts";

/** What a rule judges: the files as they would be after the merge, beside what they are now. */
export interface FleetChange {
  head: FleetView;
  /** Absent when the base has faults of its own, or there is none: rules about change then have nothing to say. */
  base: FleetView | undefined;
}

/** One place where a rule is broken. */
export interface Fault {
  at: FilePlace;
  /** A sentence without Markdown; never a value that may be secret. */
  what: string;
  /** Instead of the rule's own way out, where the place allows a better one. */
  fix?: string;
  /** The release that it hits; the same fault of a shared file is told once, with all that it hits. */
  release: string;
}

/** Files of a small fleet, beside a base that is in order: Data 8 in staging and prod. YAML; a missing one stays as it is. */
export interface Example {
  /** `hubs/data8/values/common.yaml`. */
  common?: string;
  /** `hubs/data8/values/<env>.yaml`. */
  staging?: string;
  prod?: string;
  /** `hubs/data8/pins/<env>.yaml`: chart version in the pins of both environments. */
  chartVersion?: string;
}

/** One thing that must hold, as data: the documents, the tests and the command line are made from it. */
export interface Rule {
  /** Stable: people write it into waivers. */
  code: string;
  family: "profiles" | "images" | "wiring" | "access" | "homes" | "secrets" | "changes";
  severity: Severity;
  /** What must hold, in one line. */
  title: string;
  /** What went wrong in reality where it did not hold. */
  why: string;
  fix: string;
  /** `base` is what the files said before, for rules about change. */
  example: { base?: Example; fails: Example; passes: Example };
  check(change: FleetChange): Fault[];
}
