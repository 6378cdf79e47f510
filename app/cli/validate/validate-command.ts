import { Command, Option } from "commander";
import { LAYOUTS, type Layout } from "../../load/load-fleet.ts";
import { addChartFlags, type ChartFlags, openCharts } from "../charts/chart-flags.ts";
import type { Terminal } from "../terminal.ts";
import { FORMATS, type Format, formatReport } from "./format-findings.ts";
import { validateFolder } from "./validate-folder.ts";

interface Flags extends ChartFlags {
  layout: Layout | "auto";
  hub?: string;
  env?: string;
  base?: string;
  head?: string;
  format: Format;
}

/** `campanile validate`: what the check `campanile / config` would say, before the commit. */
export function validateCommand({ write, complain, told }: Terminal): Command {
  const command = new Command("validate")
    .description("check a deploy-config folder: exit code 0 nothing blocks, 1 something does, 2 could not be evaluated")
    .argument("[folder]", "the deploy-config folder", ".")
    .option("--hub <hub>", "only findings that concern this hub")
    .option("--env <environment>", "only findings that concern this environment")
    .option("--head <revision>", "a commit instead of the files as they lie there")
    .option("--base <revision>", "also apply the rules about change, compared with this commit")
    .addOption(new Option("--layout <layout>", "how the files are laid out").choices(["auto", ...LAYOUTS]).default("auto"))
    .addOption(new Option("--format <format>", "how the findings are written").choices(FORMATS).default("text"));
  return addChartFlags(command).action(async (folder: string, { env, format, ...flags }: Flags) => {
    const { report, remarks, couldNot, exitCode } = await validateFolder({
      folder,
      environment: env,
      charts: openCharts(flags),
      ...flags,
    });
    complain(remarks.map((remark) => `${remark}\n`).join(""));
    write(formatReport(told(report), format));
    for (const { what, why, fix } of couldNot) complain(`${what}\n${why}\n${fix}\n`);
    process.exitCode = exitCode;
  });
}
