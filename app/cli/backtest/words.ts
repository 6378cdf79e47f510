import { plural } from "../../report/markdown.ts";
import type { FaultLife } from "./fault-lives.ts";
import { type BacktestSummary, isStillThere } from "./summarize.ts";

/** Hours below two days, else whole days: "8 hours", "70 days". */
export function inDays(days: number): string {
  const hours = Math.round(days * 24);
  if (hours < 1) return "under an hour";
  return hours < 48 ? plural(hours, "hour") : plural(Math.round(days), "day");
}

export function lifetimeOf(life: FaultLife): string {
  if (life.kind === "step") return "at the merge";
  const atLeast = life.isOlder ? "over " : "";
  return `${atLeast}${inDays(life.days)}${isStillThere(life) ? ", still there" : ""}`;
}

/** What the report has to say, in sentences for somebody who decides. */
export function headlines(summary: BacktestSummary): string[] {
  const { states, firstDay, stopped, warned, blockingDays, stillThere, missingCharts } = summary;
  const percent = Math.round((stopped.length / states) * 100);
  const share = stopped.length > 0 && percent === 0 ? "less than 1 %" : `${percent} %`;
  return [
    stopped.length === 0
      ? `Of ${plural(states, "merge")} since ${firstDay} none would have been stopped.`
      : `Of ${plural(states, "merge")} since ${firstDay}, ${stopped.length} (${share}) would have been stopped before they reached a hub.`,
    blockingDays.max > 0
      ? `The faults that they brought lived ${inDays(blockingDays.median)} in the median, and ${inDays(blockingDays.max)} at the longest.`
      : "",
    warned > 0 ? `${plural(warned, "more merge")} would have got a warning.` : "",
    stillThere > 0 ? `${plural(stillThere, "blocking fault")} ${stillThere === 1 ? "is" : "are"} still there today.` : "",
    missingCharts > 0
      ? `${plural(missingCharts, "chart")} could not be fetched, so the rules that read charts were silent where ${missingCharts === 1 ? "it is" : "they are"} pinned.`
      : "",
  ].filter(Boolean);
}
