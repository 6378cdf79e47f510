import { Command, Option } from "commander";
import { LAYOUTS, type Layout } from "../../load/load-fleet.ts";
import { evaluateChange, isOf } from "../../pipeline/evaluate-change.ts";
import { type PreviewResult, verdictOf } from "../../report/preview-result.ts";
import { addMirrorFlag, createCharts, type MirrorFlag, mirrorsOf } from "../charts/chart-flags.ts";
import type { Terminal } from "../terminal.ts";
import { openSides } from "../validate/open-side.ts";
import { refuseUnknown } from "../validate/refuse-unknown.ts";
import { DIFF_FORMATS, type DiffFormat, formatDiff } from "./format-diff.ts";

interface Flags extends MirrorFlag {
  base: string;
  head?: string;
  hub?: string;
  env?: string;
  layout: Layout | "auto";
  live?: boolean;
  format: DiffFormat;
}

/** `campanile diff`: what the comment on a pull request would say, before there is one. */
export function diffCommand({ write, redactor }: Terminal): Command {
  const command = new Command("diff")
    .description(
      "what a change would do to the releases: exit code 0 nothing stands in its way, 1 something does, 2 could not be evaluated",
    )
    .argument("[folder]", "the deploy-config folder", ".")
    .requiredOption("--base <revision>", "the commit to compare with, such as origin/main")
    .option("--head <revision>", "a commit instead of the files as they lie there")
    .option("--hub <hub>", "only the releases of this hub")
    .option("--env <environment>", "only the releases of this environment")
    .option("--live", "also ask the clusters, through the contexts of your kubeconfig, what they would do; changes nothing there")
    .addOption(new Option("--layout <layout>", "how the files are laid out").choices(["auto", ...LAYOUTS]).default("auto"))
    .addOption(new Option("--format <format>", "how it is written").choices(DIFF_FORMATS).default("text"));
  return addMirrorFlag(command).action(async (folder: string, flags: Flags) => {
    const { base, head, commits } = await openSides(folder, flags);
    // The other commands are quick because they load nothing that speaks to a cluster.
    const { openEvaluation } = await import("./open-evaluation.ts");
    await using evaluation = await openEvaluation({
      charts: createCharts(flags),
      mirrors: mirrorsOf(flags),
      isLive: flags.live ?? false,
      redactor,
    });
    const { promotions, names, environments, ...evaluated } = await evaluateChange(
      evaluation.ports,
      { base, head, commits, layout: flags.layout, isFork: false },
      isOf({ hub: flags.hub, environment: flags.env }),
    );
    // Of files with faults nobody knows which hubs there are.
    if (environments) refuseUnknown({ hub: flags.hub, environment: flags.env }, names);
    const result: PreviewResult = {
      baseSha: base.sha,
      headSha: head.sha,
      mode: "deploy",
      isFork: false,
      environments: environments ?? [],
      ...evaluated,
    };
    write(formatDiff(result, promotions, flags.format));
    process.exitCode = EXIT_CODES[verdictOf(result)];
  });
}

const EXIT_CODES = { pass: 0, blocked: 1, refused: 1, "could-not": 2 } as const;
