import { ClusterError, type Explanation, explanationOf } from "../domain/errors.ts";
import type { FleetMode } from "../domain/hub.ts";
import type { EventSource, PullRequestChanged } from "../event/deploy-event.ts";
import type { ConfigTree } from "../load/config-tree.ts";
import { loadFleet } from "../load/load-fleet.ts";
import { type CheckReport, configCheck, couldNotCheck, overallCheck, unexpectedFailure } from "../report/check-outputs.ts";
import { diffCheck } from "../report/diff-check.ts";
import { type DiffPage, withLinks } from "../report/diff-pages.ts";
import { asObserved } from "../report/observed.ts";
import { previewComment } from "../report/preview-comment.ts";
import type { PreviewResult } from "../report/preview-result.ts";
import type { CommitText } from "../validate/rule.ts";
import type { DurableWork } from "./durable-work.ts";
import { type EvaluationPorts, evaluateChange } from "./evaluate-change.ts";

/** What a preview needs from outside. */
export interface PreviewPorts extends EvaluationPorts {
  fetchPullRequest(
    source: EventSource,
    number: number,
  ): Promise<{ title: string; headSha: string; baseBranch: string; isOpen: boolean; isFork: boolean }>;
  fetchBranchHead(source: EventSource, branch: string): Promise<string>;
  fetchCommits(source: EventSource, shas: readonly string[]): Promise<void>;
  mergeTrees(
    source: EventSource,
    baseSha: string,
    headSha: string,
  ): Promise<{ kind: "merged"; tree: string } | { kind: "conflict"; files: string[] }>;
  openTree(source: EventSource, treeish: string): Promise<ConfigTree>;
  /** What each commit after the base adds. */
  readCommitTexts(source: EventSource, baseSha: string, headSha: string): Promise<CommitText[]>;
  startCheck(place: CheckPlace, title: string): Promise<unknown>;
  concludeCheck(
    place: CheckPlace,
    conclusion: "success" | "failure" | "neutral" | "cancelled",
    output: Omit<CheckReport, "conclusion">,
  ): Promise<void>;
  /** A check to read on in, without a verdict. @returns its address */
  addPage(place: CheckPlace, output: Pick<CheckReport, "title" | "summary" | "text">): Promise<string>;
  /** Writes the preview's part of the pull request's one comment. */
  tellPullRequest(source: EventSource, number: number, preview: string): Promise<void>;
}

export interface CheckPlace {
  repository: string;
  installationId: number;
  headSha: string;
  name: string;
  externalId: string;
}

const OVERALL = "campanile";
const CONFIG = "campanile / config";
const diffName = (environment: string) => `campanile / diff (${environment})`;

/** The two commits that are compared, fixed once so that every later step speaks of the same. */
interface Change {
  title: string;
  baseSha: string;
  headSha: string;
  baseBranch: string;
  /** What the base branch would be after the merge; undefined while there are conflicts. */
  mergedTree: string | null;
  conflicts: string[];
  environments: string[];
  isFork: boolean;
  /** The base branch's word: a pull request cannot give itself more or less weight. */
  mode: FleetMode;
}

/**
 * Checks one state of a pull request: read, validate, plan, render, diff, report.
 * A newer push makes it stop and say so on its own checks; the newer state has a preview of its own.
 */
export async function preview(work: DurableWork, ports: PreviewPorts, event: PullRequestChanged): Promise<void> {
  const checks = checksOf(work, ports, event);
  try {
    await checks.start([OVERALL, CONFIG]);
    const change = await work.step("read change", () => readChange(ports, event));
    if (change.headSha !== event.headSha) return await checks.cancel(change.headSha);
    const diffNames = change.environments.map(diffName);
    await checks.start(diffNames);
    const evaluation = await work.step("evaluate", () => unlessSuperseded(work, () => evaluate(ports, event, change)));
    const { headSha } = await work.step("look for a newer push", () => ports.fetchPullRequest(event.source, event.number));
    if (evaluation === "superseded" || headSha !== event.headSha) return await checks.cancel(headSha);
    const { result, promotions } = evaluation;
    await work.step("write comment", () => ports.tellPullRequest(event.source, event.number, previewComment(result, promotions)));
    const weigh = (report: CheckReport) => (result.mode === "observe" ? asObserved(report) : report);
    await checks.conclude(CONFIG, weigh(configCheck(result)));
    for (const environment of change.environments) {
      const { morePages, ...report } = diffCheck(result, environment);
      await checks.conclude(diffName(environment), weigh(report), morePages);
    }
    // Last, because whoever requires it wants all the others to be there when it is green.
    await checks.conclude(OVERALL, weigh(overallCheck(result)));
  } catch (error) {
    await checks.concludeOpen(couldNotCheck(explanationOf(error) ?? unexpectedFailure()));
    throw error;
  }
}

/** Gives up as soon as a newer push waits, which then has the floor; what is left of the work ends by itself, and nobody reads it. */
async function unlessSuperseded<T>(work: DurableWork, run: () => Promise<T>): Promise<T | "superseded"> {
  const watch = new AbortController();
  try {
    return await Promise.race([run(), work.untilSuperseded(watch.signal).then(() => "superseded" as const)]);
  } finally {
    watch.abort();
  }
}

function checksOf(work: DurableWork, ports: PreviewPorts, event: PullRequestChanged) {
  const { repository, installationId } = event.source;
  const place = (name: string): CheckPlace => ({ repository, installationId, headSha: event.headSha, name, externalId: work.id });
  const open = new Set<string>();
  const conclude = async (
    name: string,
    { conclusion, ...output }: CheckReport | (Omit<CheckReport, "conclusion"> & { conclusion: "cancelled" }),
    morePages: readonly DiffPage[] = [],
  ) => {
    await work.step(`conclude ${name}`, async () => {
      const links: string[] = [];
      // One after the other, as GitHub wants its writes; before the conclusion, which leads to them.
      for (const { number, ...page } of morePages) links.push(await ports.addPage(place(`${name}, page ${number}`), page));
      const text = output.text === undefined ? {} : { text: withLinks(output.text, links) };
      await ports.concludeCheck(place(name), conclusion, { ...output, ...text });
    });
    open.delete(name);
  };
  // In the order of a good end: the one that people require was started first, and is concluded last.
  const concludeOpen = async (report: Parameters<typeof conclude>[1]) => {
    for (const name of [...open].reverse()) await conclude(name, report);
  };
  return {
    async start(names: readonly string[]) {
      for (const name of names) {
        await work.step(`start ${name}`, async () => void (await ports.startCheck(place(name), "Looking at this change …")));
        open.add(name);
      }
    },
    conclude,
    concludeOpen,
    cancel(newerSha: string) {
      const isPush = newerSha !== event.headSha;
      const summary = isPush
        ? `The pull request now points at ${newerSha.slice(0, 7)}, which has checks of its own.`
        : "The pull request was reopened or got another base branch, so this commit is looked at anew.";
      const title = isPush ? "A newer push took over" : "Looked at anew";
      return concludeOpen({ conclusion: "cancelled", title, summary, annotations: [] });
    },
  };
}

async function readChange(ports: PreviewPorts, event: PullRequestChanged): Promise<Change> {
  const { source } = event;
  const { title, headSha, baseBranch, isFork } = await ports.fetchPullRequest(source, event.number);
  const baseSha = await ports.fetchBranchHead(source, baseBranch);
  await ports.fetchCommits(source, [baseSha, headSha]);
  const merge = await ports.mergeTrees(source, baseSha, headSha);
  const { fleet, mode } = await loadFleet(await ports.openTree(source, baseSha), baseSha);
  const environments = fleet?.environments.map((environment) => environment.name) ?? [];
  return {
    title,
    baseSha,
    headSha,
    baseBranch,
    environments,
    isFork,
    mode,
    ...(merge.kind === "merged" ? { mergedTree: merge.tree, conflicts: [] } : { mergedTree: null, conflicts: merge.files }),
  };
}

interface Evaluation {
  result: PreviewResult;
  /** How each environment follows the one before it, in words. */
  promotions: string[];
}

async function evaluate(ports: PreviewPorts, { source }: PullRequestChanged, change: Change): Promise<Evaluation> {
  const { baseSha, headSha, baseBranch, environments, mergedTree, conflicts, mode } = change;
  const nothing: PreviewResult = {
    baseSha,
    headSha,
    environments,
    findings: [],
    couldNot: null,
    mode,
    isFork: change.isFork,
    releasesInFleet: 0,
    releases: [],
  };
  if (mergedTree === null) return { result: { ...nothing, couldNot: hasConflicts(conflicts, baseBranch) }, promotions: [] };
  try {
    await ports.fetchCommits(source, [baseSha, headSha]);
    const merged = await ports.openTree(source, await treeOf(ports, source, change));
    const {
      promotions,
      environments: planned,
      ...evaluated
    } = await evaluateChange(ports, {
      base: { tree: await ports.openTree(source, baseSha), sha: baseSha },
      head: { tree: merged, sha: headSha },
      title: change.title,
      branch: baseBranch,
      commits: await ports.readCommitTexts(source, baseSha, headSha),
      isFork: change.isFork,
    });
    return { result: { ...nothing, ...evaluated, environments: planned ?? environments }, promotions };
  } catch (error) {
    const couldNot = explanationOf(error);
    if (!couldNot || (error instanceof ClusterError && error.canRetry)) throw error;
    return { result: { ...nothing, couldNot }, promotions: [] };
  }
}

/** The merge is made again rather than remembered: the mirror may be a new one since. */
async function treeOf(ports: PreviewPorts, source: EventSource, { baseSha, headSha }: Change): Promise<string> {
  const merge = await ports.mergeTrees(source, baseSha, headSha);
  if (merge.kind === "conflict") throw new Error("the same two commits merged before and conflict now");
  return merge.tree;
}

const CONFLICTS_NAMED = 10;

function hasConflicts(files: readonly string[], baseBranch: string): Explanation {
  const more = files.length > CONFLICTS_NAMED ? ` and ${files.length - CONFLICTS_NAMED} more files` : "";
  return {
    code: "merge-conflict",
    what: `This branch conflicts with ${baseBranch}.`,
    why: `Both changed ${files.slice(0, CONFLICTS_NAMED).join(", ")}${more}, so nobody can say what a merge would deploy.`,
    fix: `Merge ${baseBranch} into this branch, settle the conflicts, and push.`,
  };
}
