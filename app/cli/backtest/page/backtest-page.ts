import { createHash } from "node:crypto";
import { plural } from "../../../report/markdown.ts";
import { ALL_RULES } from "../../../validate/all-rules.ts";
import { dayOf } from "../day-of.ts";
import type { FaultLife, StateName } from "../fault-lives.ts";
import type { Backtest } from "../run-backtest.ts";
import { type BacktestSummary, isStillThere, type RuleSummary, summarize } from "../summarize.ts";
import { headlines, inDays, lifetimeOf } from "../words.ts";
import { Html, html } from "./html.ts";
import { laneChart } from "./lane-chart.ts";
import { monthChart } from "./month-chart.ts";
import { STYLE } from "./style.ts";

/** One page that needs nothing besides itself: no script, and a policy that lets none in. */
export function backtestPage(backtest: Backtest): string {
  const summary = summarize(backtest);
  const { repository, branch, states, lives } = backtest;
  const [first, last] = [states[0], states.at(-1)];
  const lanes = laneChart(lives, states);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash()}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What Campanile would have caught in ${repository}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<h1>What Campanile would have caught</h1>
<p class="soft">${repository}, branch ${branch}${first && last ? `, ${dayOf(first.atSeconds)} to ${dayOf(last.atSeconds)}` : ""}</p>
${figures(summary)}
${headlines(summary).map((sentence) => html`<p>${sentence}</p>`)}
<h2>Merges by month</h2>
<p class="soft">All merges, and in front those that would have been stopped.</p>
${monthChart(summary.months)}
${lanes ? html`<h2>How long each fault lived</h2><p class="soft">From the merge that brought it to the one that took it away; what is still there is in another colour.</p>${lanes}` : ""}
${rulesTable(summary)}
${stoppedTable(summary)}
<h2>How this was made</h2>
<p>Each state of the branch, one first-parent commit after the other, was compared with the one before, as if it had come as a pull request. Nothing was deployed, and no secret was opened. ${backtest.statesWithoutFleet > 0 ? `${plural(backtest.statesWithoutFleet, "older state")} held no fleet.` : ""}</p>
</body>
</html>
`.text;
}

const styleHash = () => createHash("sha256").update(STYLE).digest("base64");

function figures({ states, stopped, blockingDays, stillThere }: BacktestSummary): Html {
  const tile = (value: string, text: string, isBad = false) =>
    html`<li${isBad ? new Html(' class="bad"') : ""}><b>${value}</b>${text}</li>`;
  return html`<ul class="figures">
${tile(String(states), states === 1 ? "merge replayed" : "merges replayed")}
${tile(String(stopped.length), "would have been stopped", stopped.length > 0)}
${blockingDays.max > 0 ? tile(inDays(blockingDays.median), "a fault lived, in the median") : ""}
${blockingDays.max > 0 ? tile(inDays(blockingDays.max), "the longest one lived") : ""}
${stillThere > 0 ? tile(String(stillThere), "still there today", true) : ""}
</ul>`;
}

const titles = new Map(ALL_RULES.map(({ code, title }) => [code, title]));

function rulesTable({ rules }: BacktestSummary): Html {
  if (rules.length === 0) return html`<h2>Faults</h2><p>No rule had anything to say.</p>`;
  return html`<h2>Faults by rule</h2>
<div class="scroll"><table>
<thead><tr><th>Rule</th><th>Severity</th><th class="number">Faults</th><th class="number">Lived (median)</th><th class="number">Longest</th><th class="number">Still there</th></tr></thead>
<tbody>
${rules.map(ruleRow)}</tbody>
</table></div>`;
}

/** As many as tell what the rule is about. */
const EXAMPLES = 3;

function ruleRow({ code, severity, lives, days, stillThere }: RuleSummary): Html {
  const lived = (value: number) => (days.max > 0 ? inDays(value) : "–");
  const title = titles.get(code);
  return html`<tr><td><code>${code}</code>${title === undefined ? "" : html`<br>${title}`}
<details><summary>${lives.length > EXAMPLES ? `${EXAMPLES} examples, the longest` : plural(lives.length, "example")}</summary>${lives.slice(0, EXAMPLES).map(describe)}</details></td>
<td class="${severity}">${severity}</td><td class="number">${lives.length}</td><td class="number">${lived(days.median)}</td><td class="number">${lived(days.max)}</td><td class="number">${stillThere > 0 ? stillThere : "–"}</td></tr>
`;
}

function describe(life: FaultLife): Html {
  const { finding, found, gone, isOlder } = life;
  const end = gone ? html`<p class="soft">Gone with ${commit(gone)}</p>` : "";
  return html`<div class="fault"><p><span class="days">${lifetimeOf(life)}</span> · <code>${finding.at.file}:${finding.at.line}</code></p>
<p>${finding.what}</p><p class="soft">${finding.why}</p><p class="soft">${isOlder ? "There since before" : "Came with"} ${commit(found)}</p>${end}${isStillThere(life) ? html`<p>${finding.fix}</p>` : ""}</div>`;
}

function commit({ sha, atSeconds, title }: StateName): Html {
  return html`<code>${sha.slice(0, 7)}</code> of ${dayOf(atSeconds)}: ${title}`;
}

function stoppedTable({ stopped }: BacktestSummary): Html {
  if (stopped.length === 0) return html``;
  return html`<h2>Merges that would have been stopped</h2>
<details><summary>${plural(stopped.length, "merge")}</summary><div class="scroll"><table>
<thead><tr><th>Day</th><th>Commit</th><th>What it was</th><th>Faults</th></tr></thead>
<tbody>
${stopped.toReversed().map(
  ({ state, codes }) =>
    html`<tr><td class="number">${dayOf(state.atSeconds)}</td><td><code>${state.sha.slice(0, 7)}</code></td><td>${state.title}</td><td>${codes.map((code) => html`<code>${code}</code> `)}</td></tr>
`,
)}</tbody>
</table></div></details>`;
}
