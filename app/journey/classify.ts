import { judgeLateness, judgeSilence, judgeStatus } from "./judge/judge-answers.ts";
import { judgeCell } from "./judge/judge-cell.ts";
import { judgeFinding } from "./judge/judge-findings.ts";
import { judgeSpawn } from "./judge/judge-pods.ts";
import { judgePull } from "./judge/judge-pull.ts";
import { type Circumstances, couldNot, type Told } from "./judge/told.ts";
import type { Sight } from "./sight.ts";

/**
 * Whose fault it is that a step did not end well, or that nobody can tell. What pods say explains what the hub's answers do
 * not: a hub that does not answer is broken when its pod crashes, and nobody's fault while the cluster has no room for it.
 */
export function classify(sight: Sight, around: Circumstances): Told {
  switch (sight.kind) {
    case "no-answer":
      return judgeSilence(sight, around);
    case "status":
      return judgeStatus(sight, around);
    case "pod-stuck":
    case "spawn-failed":
      return judgeSpawn(sight, around);
    case "over-budget":
      return judgeLateness(sight, around);
    case "cell":
      return judgeCell(sight, around);
    case "pull":
      return judgePull(sight);
    case "ended":
      return couldNot("journey-ended", "The journey was ended from outside.", "Whoever ran it stopped it.", "Run it again.");
    default:
      return judgeFinding(sight, around);
  }
}
