import { Command, InvalidArgumentError, Option } from "commander";
import { suggestName } from "../../domain/suggest-name.ts";
import { type JourneyOutcome, STEP_NAMES, type StepName } from "../../journey/journey.ts";
import { LAYOUTS, type Layout } from "../../load/load-fleet.ts";
import { addChartFlags, type ChartFlags, openCharts } from "../charts/chart-flags.ts";
import type { Terminal } from "../terminal.ts";
import { examIsHeld, formatEnd, formatExamJson, formatJson, formatStart, formatStep } from "./format-journey.ts";

const FORMATS = ["text", "json"] as const;

interface Flags extends ChartFlags {
  hub: string;
  env: string;
  steps?: StepName[];
  address: string[];
  duringExam?: true;
  layout: Layout | "auto";
  format: (typeof FORMATS)[number];
}

/** `campanile verify`: plays a student's journey through one hub, as the probe user whom the hub's values declare. */
export function verifyCommand({ write, complain, redactor }: Terminal): Command {
  const command = new Command("verify")
    .description(
      "play a student's journey through one hub and see whether it works: exit code 0 it works, 1 it is broken, 2 nobody can tell. Starts and stops a server of the probe user (docs/probe-user.md)",
    )
    .argument("[folder]", "the deploy-config folder", ".")
    .requiredOption("--hub <hub>", "the hub")
    .requiredOption("--env <environment>", "its environment")
    .option("--steps <steps>", `only these, and what they need: ${STEP_NAMES.join(", ")}`, parseSteps)
    .option(
      "--address <address>",
      "reach the hub here instead of at its url, such as http://127.0.0.1:8000; with from=instead any other address, such as that of git; may be given several times",
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option("--during-exam", "also while students sit an exam on the hub, by the fleet's calendars")
    .addOption(new Option("--layout <layout>", "how the files are laid out").choices(["auto", ...LAYOUTS]).default("auto"))
    .addOption(new Option("--format <format>", "how it is written").choices(FORMATS).default("text"));
  return addChartFlags(command).action(async (folder: string, flags: Flags) => {
    const { hub, env, steps = [], address, layout, format, duringExam = false } = flags;
    // The other commands are quick because they load nothing that speaks to a cluster.
    const { openJourney } = await import("./open-journey.ts");
    const charts = openCharts(flags);
    const unlessExamAt = duringExam ? undefined : new Date();
    const wanted = { folder, layout, hub, environment: env, addresses: address, unlessExamAt, charts, redactor };
    const journey = await openJourney(wanted);
    if (journey.kind === "exam") {
      if (format === "json") write(formatExamJson(journey));
      throw examIsHeld(journey);
    }
    for (const { what, why } of journey.couldNot)
      complain(`${what}\n${why}\nWhat the files leave to the chart is not judged.\n\n`);
    if (format === "text") write(formatStart(journey.plan));
    const report = await journey.play(steps, (step) => {
      if (format === "text") write(formatStep(step));
    });
    write(format === "text" ? formatEnd(report) : formatJson(report));
    process.exitCode = EXIT_CODES[report.outcome];
  });
}

const EXIT_CODES: Record<JourneyOutcome, number> = { works: 0, broken: 1, "could-not-tell": 2 };

function parseSteps(value: string): StepName[] {
  return value.split(",").map((written) => {
    const name = STEP_NAMES.find((each) => each === written.trim());
    if (name !== undefined) return name;
    const meant = suggestName(written.trim(), STEP_NAMES);
    throw new InvalidArgumentError(
      `There is no step "${written.trim()}". ${meant === undefined ? `There are ${STEP_NAMES.join(", ")}.` : `Did you mean "${meant}"?`}`,
    );
  });
}
