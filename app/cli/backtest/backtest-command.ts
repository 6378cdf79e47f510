import { Command, InvalidArgumentError, Option } from "commander";
import { LAYOUTS, type Layout } from "../../load/load-fleet.ts";
import { addChartFlags, type ChartFlags, openCharts } from "../charts/chart-flags.ts";
import type { Terminal } from "../terminal.ts";
import { backtestJson } from "./backtest-json.ts";
import { backtestText } from "./backtest-text.ts";
import { backtestPage } from "./page/backtest-page.ts";
import { printProgress } from "./progress.ts";
import { type Backtest, runBacktest } from "./run-backtest.ts";

const FORMATS = { text: backtestText, json: backtestJson, html: backtestPage } satisfies Record<string, (of: Backtest) => string>;

interface Flags extends ChartFlags {
  layout: Layout | "auto";
  branch: string;
  since?: Date;
  format: keyof typeof FORMATS;
}

/** `campanile backtest`: what the checks would have said to the past. */
export function backtestCommand({ write, complain, told }: Terminal): Command {
  const command = new Command("backtest")
    .description(
      "replay a repository's history as pull requests: what would have been stopped, and how long each fault lived; exit code 2 when a chart could not be fetched",
    )
    .argument("<repository>", "a clone with its whole history, or the fleet's folder in one")
    .option("--branch <branch>", "the branch that is deployed", "staging")
    .addOption(new Option("--since <date>", "only states from this day on, as 2024-09-26").argParser(parseDay))
    .addOption(new Option("--layout <layout>", "how the files are laid out").choices(["auto", ...LAYOUTS]).default("auto"))
    .addOption(new Option("--format <format>", "how the report is written").choices(Object.keys(FORMATS)).default("text"))
    .addHelpText(
      "after",
      `
A page to show:
  campanile backtest datahub --branch staging --format html > backtest.html
One that is stopped goes on where it was when it is called again.`,
    );
  return addChartFlags(command).action(async (folder: string, { branch, since, format, ...flags }: Flags) => {
    // A mirror that cannot be read is told before anything is done.
    openCharts(flags);
    const backtest = await runBacktest(
      { folder, branch, since, flags },
      printProgress({ write: complain, isTTY: process.stderr.isTTY }),
    );
    write(FORMATS[format](told(backtest)));
    for (const { what, why, fix } of backtest.couldNot) complain(`${what}\n${why}\n${fix}\n`);
    if (backtest.couldNot.length > 0) process.exitCode = 2;
  });
}

function parseDay(text: string): Date {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  // A day such as 31 February would be moved into March.
  if (day?.toJSON()?.slice(0, 10) !== text) throw new InvalidArgumentError("Write a day as 2024-09-26.");
  return day;
}
