import type { Explanation } from "../../domain/errors.ts";
import type { Finding } from "../../domain/finding.ts";

/** What Campanile would have said of one state of a history, had it come as a pull request. */
export interface StateVerdict {
  sha: string;
  /** `none`: there is no fleet yet. `unjudged`: a file cannot be read, so no rule could look. */
  kind: "none" | "unjudged" | "judged";
  /** Faults of the files themselves: told whatever the state before was. */
  files: Finding[];
  /** What rules say of the state alone. */
  state: Finding[];
  /** What rules say of the step from the state before: told once, at this merge. */
  step: Finding[];
  /** Charts that could not be had: the rules that need them were silent. Another run may have them, so this verdict is not kept. */
  couldNot?: Explanation[];
}
