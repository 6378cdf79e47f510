import { Command, Option } from "commander";
import pc from "picocolors";
import { hasBlocking } from "../../domain/finding.ts";
import { type PlannedRelease, releaseOf } from "../../domain/release.ts";
import { LAYOUTS, type Layout } from "../../load/load-fleet.ts";
import { isOf, planChange } from "../../pipeline/evaluate-change.ts";
import { oneLine, plural } from "../../report/markdown.ts";
import type { Terminal } from "../terminal.ts";
import { formatFindings } from "../validate/format-findings.ts";
import { openSides } from "../validate/open-side.ts";
import { refuseUnknown } from "../validate/refuse-unknown.ts";

const FORMATS = ["text", "json"] as const;

interface Flags {
  base: string;
  head?: string;
  hub?: string;
  env?: string;
  layout: Layout | "auto";
  format: (typeof FORMATS)[number];
}

/** `campanile plan`: which releases a change moves, in which order, and why. Needs neither Helm nor a cluster. */
export function planCommand({ write, complain, told }: Terminal): Command {
  return new Command("plan")
    .description("which releases a change moves, in the order of rollout, and why")
    .argument("[folder]", "the deploy-config folder", ".")
    .requiredOption("--base <revision>", "the commit to compare with, such as origin/main")
    .option("--head <revision>", "a commit instead of the files as they lie there")
    .option("--hub <hub>", "only the releases of this hub")
    .option("--env <environment>", "only the releases of this environment")
    .addOption(new Option("--layout <layout>", "how the files are laid out").choices(["auto", ...LAYOUTS]).default("auto"))
    .addOption(new Option("--format <format>", "how it is written").choices(FORMATS).default("text"))
    .action(async (folder: string, flags: Flags) => {
      const { base, head, commits } = await openSides(folder, flags);
      const { plan, names, findings } = await planChange(
        { helmVersion: ANY_HELM },
        { base, head, commits, layout: flags.layout },
      );
      if (!plan) {
        write(formatFindings(told(findings)));
        complain("Files have faults, so nobody can say what would be deployed.\n");
        process.exitCode = hasBlocking(findings) ? 1 : 2;
        return;
      }
      const asked = { hub: flags.hub, environment: flags.env };
      refuseUnknown(asked, names);
      const releases = plan.releases.filter(isOf(asked));
      const format = flags.format === "json" ? asJson : asText;
      write(format(releases, plan.releasesInFleet));
    });
}

/** Both sides get the same one, so it decides nothing. */
const ANY_HELM = "any";

function asJson(releases: readonly PlannedRelease[]): string {
  const rows = releases.map((planned) => {
    const { id, hub, environment, namespace } = releaseOf(planned);
    const change = planned.head ? (planned.base ? "changed" : "added") : "removed";
    return { release: id, hub, environment, namespace, change, reasons: planned.reasons };
  });
  return `${JSON.stringify({ releases: rows }, null, 2)}\n`;
}

function asText(releases: readonly PlannedRelease[], inFleet: number): string {
  const lines = releases.map((planned) => `${pc.bold(releaseOf(planned).id)}  ${oneLine(planned.reasons.join("; "))}\n`);
  const summary = releases.length === 0 ? "No release gets other inputs" : `${plural(releases.length, "release")} of ${inFleet}`;
  return `${lines.join("")}${summary}.\n`;
}
