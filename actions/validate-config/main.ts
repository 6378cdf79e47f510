import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as core from "@actions/core";
import { openCharts } from "../../app/cli/charts/chart-flags.ts";
import { openTerminal } from "../../app/cli/terminal.ts";
import { formatReport } from "../../app/cli/validate/format-findings.ts";
import { type Validated, validateFolder } from "../../app/cli/validate/validate-folder.ts";
import { explanationOf } from "../../app/domain/errors.ts";
import { annotate } from "./annotate.ts";
import { readInputs } from "./read-inputs.ts";
import { couldNotSummary, stepSummary } from "./step-summary.ts";

const terminal = openTerminal(process);

/** `campanile validate` as a step of a workflow. It fails where something blocks, or where not all could be judged. */
async function main(): Promise<void> {
  try {
    const inputs = readInputs();
    const validated = await validateFolder({ ...inputs, charts: openCharts(inputs) });
    await tell(terminal.told(validated), inputs.sarif);
  } catch (error) {
    const met = explanationOf(error);
    if (!met) throw error;
    const explanation = terminal.told(met);
    setOutputs({ blocks: 0, warnings: 0, isEvaluated: false });
    await writeSummary(couldNotSummary([explanation]));
    core.setFailed(`${explanation.what}\n${explanation.why}\n${explanation.fix}`);
  }
}

async function tell({ report, remarks, couldNot }: Validated, sarif: string | undefined): Promise<void> {
  const count = (severity: string) => report.findings.filter((finding) => finding.severity === severity).length;
  const blocks = count("block");
  log(formatReport(report, "text"));
  for (const remark of remarks) core.notice(remark);
  // First, because GitHub shows only so many errors of one step.
  for (const { what, why, fix } of couldNot) core.setFailed(`${what}\n${why}\n${fix}`);
  annotate(report);
  if (sarif !== undefined) await writeFile(path.resolve(sarif), formatReport(report, "sarif"));
  await writeSummary(stepSummary(report, couldNot));
  setOutputs({ blocks, warnings: count("warn"), isEvaluated: couldNot.length === 0 });
  // Each fault has an annotation of its own, so this needs none.
  if (blocks > 0) process.exitCode = core.ExitCode.Failure;
}

/** The whole of it for the log. The runner looks for commands in every line, and keys of a pull request may be written like some. */
function log(text: string): void {
  const token = randomUUID();
  terminal.write(`::stop-commands::${token}\n${text}::${token}::\n`);
}

/** An old runner has none; that is no reason to fail. */
async function writeSummary(text: string): Promise<void> {
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(text, true).write();
}

function setOutputs({ blocks, warnings, isEvaluated }: { blocks: number; warnings: number; isEvaluated: boolean }): void {
  core.setOutput("blocks", blocks);
  core.setOutput("warnings", warnings);
  core.setOutput("evaluated", isEvaluated);
}

await main();
