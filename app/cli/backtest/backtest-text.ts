import { markdownTable } from "markdown-table";
import pc from "picocolors";
import { clean } from "../../report/markdown.ts";
import { dayOf } from "./day-of.ts";
import type { FaultLife, StateName } from "./fault-lives.ts";
import type { Backtest } from "./run-backtest.ts";
import { type BacktestSummary, summarize } from "./summarize.ts";
import { headlines, inDays, lifetimeOf } from "./words.ts";

/** Longer lists are for the page. */
const EXAMPLES = 10;

/** For a terminal. */
export function backtestText(backtest: Backtest): string {
  const summary = summarize(backtest);
  const { repository, branch, states } = backtest;
  const [first, last] = [states[0], states.at(-1)];
  const span = first && last ? `, ${dayOf(first.atSeconds)} to ${dayOf(last.atSeconds)}` : "";
  return [
    pc.bold(`${clean(repository)}, branch ${clean(branch)}${span}`),
    headlines(summary).join("\n"),
    ...(summary.rules.length > 0 ? [rulesTable(summary), longest(summary)] : []),
    "",
  ].join("\n\n");
}

function rulesTable({ rules }: BacktestSummary): string {
  const rows = rules.map(({ code, severity, lives, days, stillThere }) => [
    code,
    severity,
    String(lives.length),
    days.max > 0 ? inDays(days.median) : "",
    days.max > 0 ? inDays(days.max) : "",
    stillThere > 0 ? String(stillThere) : "",
  ]);
  const align = ["l", "l", "r", "r", "r", "r"];
  return markdownTable([["Rule", "Severity", "Faults", "Lived (median)", "Longest", "Still there"], ...rows], { align });
}

function longest({ rules }: BacktestSummary): string {
  const lives = rules
    .filter(({ severity }) => severity === "block")
    .flatMap((rule) => rule.lives)
    .sort((a, b) => b.days - a.days)
    .slice(0, EXAMPLES);
  return lives.length === 0
    ? ""
    : `${pc.bold("What would have been stopped, the longest first")}\n\n${lives.map(describe).join("\n\n")}`;
}

function describe(life: FaultLife): string {
  const { finding, found, gone, isOlder } = life;
  return [
    `${pc.red("✗")} ${pc.bold(`${clean(finding.at.file)}:${finding.at.line}`)}  ${pc.dim(finding.code)}  ${lifetimeOf(life)}`,
    `  ${clean(finding.what)}`,
    `  ${isOlder ? "there since before" : "came with"} ${name(found)}`,
    ...(gone ? [`  gone with  ${name(gone)}`] : []),
  ].join("\n");
}

const name = ({ sha, atSeconds, title }: StateName) => `${sha.slice(0, 7)} ${dayOf(atSeconds)} ${clean(title)}`;
