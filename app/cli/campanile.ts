import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { z } from "zod";
import { explanationOf } from "../domain/errors.ts";
import { backtestCommand } from "./backtest/backtest-command.ts";
import { diffCommand } from "./diff/diff-command.ts";
import { initCommand } from "./init/init-command.ts";
import { planCommand } from "./plan/plan-command.ts";
import { explainCommand, rulesCommand } from "./rules/rules-command.ts";
import { schemaCommand } from "./schema/schema-command.ts";
import { describeBug, openTerminal } from "./terminal.ts";
import { validateCommand } from "./validate/validate-command.ts";
import { valuesCommand } from "./values/values-command.ts";
import { verifyCommand } from "./verify/verify-command.ts";

const packageFile = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
const { version } = z.object({ version: z.string() }).parse(packageFile);

const terminal = openTerminal(process);

const program = new Command("campanile")
  .description("The deploy bot for course hubs")
  .version(version)
  .showHelpAfterError("campanile --help tells what there is.")
  .addHelpText(
    "after",
    `
A new fleet:
  campanile init --example > answers.yaml
  campanile init --answers answers.yaml deploy-config
Before a commit:
  campanile validate deploy-config
What a branch would change, and what the clusters would say to it:
  campanile diff deploy-config --base origin/main --live
What Helm is given, and where each value comes from:
  campanile values deploy-config --hub data8 --env prod --show-origin
Whether a student can get to work:
  campanile verify deploy-config --hub data8 --env staging`,
  );

program
  .command("serve")
  .description("run the GitHub App; settings come from the environment (see docs/settings.md)")
  .action(async () => {
    // The other commands are quick because they load nothing of the server.
    const { serve } = await import("../main.ts");
    await serve(process.env);
  });

const commands = [
  initCommand(terminal),
  validateCommand(terminal),
  valuesCommand(terminal),
  planCommand(terminal),
  diffCommand(terminal),
  verifyCommand(terminal),
  backtestCommand(terminal),
  rulesCommand(terminal),
  explainCommand(terminal),
  schemaCommand(terminal),
];
for (const command of commands) program.addCommand(command);

/** "Could not be evaluated", a wrong argument included, is not "has faults", which is 1. */
const COULD_NOT = 2;

for (const command of [program, ...program.commands])
  command
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : COULD_NOT))
    .configureOutput({ writeOut: terminal.write, writeErr: terminal.complain });

// Whoever reads has seen enough: "campanile validate | head" is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

process.on("uncaughtException", endAsBug);
try {
  await program.parseAsync();
} catch (error) {
  const explanation = explanationOf(error);
  if (!explanation) endAsBug(error);
  terminal.complain(`${explanation.what}\n${explanation.why}\n${explanation.fix}\n`);
  process.exitCode = COULD_NOT;
}

/** Node's own words for an error that nobody caught would show what is in it. */
function endAsBug(error: unknown): never {
  terminal.complain(describeBug(error, terminal));
  process.exit(COULD_NOT);
}
