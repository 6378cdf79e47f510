import { Command, Option } from "commander";
import { FORMATS, type Format, formatReport } from "./format-findings.ts";
import { validateFolder } from "./validate-folder.ts";

interface Flags {
  hub?: string;
  env?: string;
  base?: string;
  head?: string;
  format: Format;
}

/** `campanile validate`: what the check `campanile / config` would say, before the commit. */
export function validateCommand(): Command {
  return new Command("validate")
    .description("check a deploy-config folder: exit code 0 nothing blocks, 1 something does, 2 could not be evaluated")
    .argument("[folder]", "the deploy-config folder", ".")
    .option("--hub <hub>", "only findings that concern this hub")
    .option("--env <environment>", "only findings that concern this environment")
    .option("--head <revision>", "a commit instead of the files as they lie there")
    .option("--base <revision>", "also apply the rules about change, compared with this commit")
    .addOption(new Option("--format <format>", "how the findings are written").choices(FORMATS).default("text"))
    .action(async (folder: string, { env, format, ...flags }: Flags) => {
      const { report, exitCode } = await validateFolder({ folder, environment: env, ...flags });
      process.stdout.write(formatReport(report, format));
      process.exitCode = exitCode;
    });
}
