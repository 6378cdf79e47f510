import type { FetchesCharts } from "../../adapters/charts/chart-store.ts";
import { readCommitTexts } from "../../adapters/git/commit-texts.ts";
import type { Explanation } from "../../domain/errors.ts";
import { hasBlocking } from "../../domain/finding.ts";
import { namesOf } from "../../domain/fleet-names.ts";
import type { Layout } from "../../load/load-fleet.ts";
import { judgeChange } from "../../pipeline/judge-change.ts";
import { othersAreBroken } from "./could-not-validate.ts";
import type { Report } from "./format-findings.ts";
import { isWanted } from "./is-wanted.ts";
import { findPrefix, openRevision, openWorkingTree } from "./open-side.ts";
import { refuseUnknown } from "./refuse-unknown.ts";

export interface ValidateOptions {
  folder: string;
  /** Anything git can resolve; the working tree when left out. */
  head?: string | undefined;
  /** Rules about change compare with this. */
  base?: string | undefined;
  hub?: string | undefined;
  environment?: string | undefined;
  layout?: Layout | "auto" | undefined;
  /** Left out: no charts are at hand, and rules that need them are silent. */
  charts?: FetchesCharts | undefined;
}

export interface Validated {
  report: Report;
  /** What the author should know besides the findings. */
  remarks: string[];
  /** Why some of it could not be judged, such as a chart that cannot be fetched. */
  couldNot: Explanation[];
  exitCode: 0 | 1 | 2;
}

/** Exit codes: 0 nothing blocks, 1 something does, 2 not all could be evaluated. What cannot be read at all is thrown. */
export async function validateFolder(options: ValidateOptions): Promise<Validated> {
  const { folder } = options;
  const base = options.base === undefined ? undefined : await openRevision(folder, options.base);
  const head = options.head === undefined ? undefined : await openRevision(folder, options.head);
  const commits = base && head ? await readCommitTexts(head.repositoryDir, base.sha, head.sha, head.prefix) : undefined;
  const judged = await judgeChange(
    { base, head: head ?? (await openWorkingTree(folder)), commits, layout: options.layout },
    { readChart: options.charts?.readChart },
  );
  const { fleet } = judged.head;
  if (fleet) refuseUnknown(options, namesOf([fleet]));
  const wanted = judged.findings.filter(({ at }) => isWanted(options, fleet, at.file));
  // "No faults" must not be said of a hub that no rule has looked at.
  if (!fleet && !hasBlocking(wanted)) throw othersAreBroken(options, judged.findings.length);
  return {
    report: {
      prefix: await findPrefix(folder),
      findings: wanted,
      hubs: fleet?.hubs.length ?? 0,
      isJudged: fleet !== undefined,
    },
    remarks:
      judged.base && !judged.base.fleet
        ? [`${options.base} has faults of its own, so the rules about change could not compare with it.`]
        : [],
    couldNot: judged.couldNot,
    exitCode: judged.couldNot.length > 0 ? 2 : hasBlocking(wanted) ? 1 : 0,
  };
}
