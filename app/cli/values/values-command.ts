import { Command, Option } from "commander";
import { LAYOUTS, type Layout, loadFleet } from "../../load/load-fleet.ts";
import { addChartFlags, type ChartFlags, openCharts } from "../charts/chart-flags.ts";
import type { Terminal } from "../terminal.ts";
import { openRevision, openWorkingTree } from "../validate/open-side.ts";
import { formatValues } from "./format-values.ts";
import { readRelease } from "./read-release.ts";

interface Flags extends ChartFlags {
  hub: string;
  env: string;
  head?: string;
  layout: Layout | "auto";
  showOrigin?: boolean;
}

/** `campanile values`: what the templates of one release see, and where each value came from. */
export function valuesCommand({ write, redactor }: Terminal): Command {
  const command = new Command("values")
    .description("print the merged values of one release; secrets are not shown")
    .argument("[folder]", "the deploy-config folder", ".")
    .requiredOption("--hub <hub>", "the hub")
    .requiredOption("--env <environment>", "its environment")
    .option("--show-origin", "beside each value, the file and line or the chart that it comes from")
    .option("--head <revision>", "a commit instead of the files as they lie there")
    .addOption(new Option("--layout <layout>", "how the files are laid out").choices(["auto", ...LAYOUTS]).default("auto"));
  return addChartFlags(command).action(
    async (folder: string, { hub, env, head, layout, showOrigin = false, ...flags }: Flags) => {
      const { tree, sha } = head === undefined ? await openWorkingTree(folder) : await openRevision(folder, head);
      const loaded = await loadFleet(tree, sha, { layout });
      const release = await readRelease(loaded, { hub, environment: env }, openCharts(flags));
      write(formatValues(release, { showOrigin, redact: redactor.redact }));
    },
  );
}
