import path from "node:path";
import { type HistoryState, readHistory } from "../../adapters/git/read-history.ts";
import { runGit } from "../../adapters/git/run-git.ts";
import { ConfigError, type Explanation } from "../../domain/errors.ts";
import { type FaultLife, faultLives, type StateName } from "./fault-lives.ts";
import type { Progress } from "./progress.ts";
import { openReplayThreads, type ReplayFlags } from "./replay-threads.ts";
import { rulesVersion } from "./rules-version.ts";
import { openStateFile } from "./state-file.ts";
import type { StateVerdict } from "./state-verdict.ts";

export interface BacktestOptions {
  /** A git repository, bare or with files, or a folder in one. */
  folder: string;
  branch: string;
  /** Only states from this moment on. */
  since?: Date | undefined;
  /** How each state is read. */
  flags: ReplayFlags;
}

/** A history, and what Campanile would have said to it. */
export interface Backtest {
  /** What people call the repository: the name of its folder. */
  repository: string;
  branch: string;
  /** Those that have a fleet, oldest first. */
  states: StateName[];
  /** States before there was a fleet. */
  statesWithoutFleet: number;
  lives: FaultLife[];
  /** Why some rules were silent about some states: charts that could not be had. */
  couldNot: Explanation[];
}

/**
 * Replays a branch's history, one first-parent state after the other, as if each had come as a pull request.
 * What an earlier run found out is used again as long as the rules are the same.
 * @throws {ConfigError} `no-history` where there is nothing to replay
 */
export async function runBacktest({ folder, branch, since, flags }: BacktestOptions, progress: Progress): Promise<Backtest> {
  const { repositoryDir, prefix, sha } = await findBranch(folder, branch);
  const states = await readHistory(repositoryDir, sha, prefix);
  const first = since === undefined ? 0 : states.findIndex(({ atSeconds }) => atSeconds * 1000 >= since.getTime());
  if (first < 0) throw nothingSince(branch, since);
  const verdicts = await replay(repositoryDir, prefix, { states, first, flags }, progress);
  const names = states.slice(first).map(({ sha, atSeconds, title }) => ({ sha, atSeconds, title }));
  const withFleet = names.filter((_, index) => verdicts[index]?.kind !== "none");
  if (withFleet.length === 0) throw noFleet(branch);
  return {
    repository: path.basename(path.resolve(folder)).replace(/\.git$/, ""),
    branch,
    states: withFleet,
    statesWithoutFleet: names.length - withFleet.length,
    lives: faultLives(names, verdicts),
    couldNot: [...new Map(verdicts.flatMap(({ couldNot = [] }) => couldNot.map((each) => [each.what, each]))).values()],
  };
}

/** @returns the verdicts from the first state that is looked at */
async function replay(
  repositoryDir: string,
  prefix: string,
  { states, first, flags }: { states: readonly HistoryState[]; first: number; flags: ReplayFlags },
  progress: Progress,
): Promise<StateVerdict[]> {
  const file = await openStateFile([repositoryDir, prefix, JSON.stringify(flags), await rulesVersion()]);
  const verdicts = new Map(file.known);
  const wanted = states.flatMap(({ sha }, index) => (index >= first && !verdicts.has(sha) ? [index] : []));
  progress.start(states.length - first, states.length - first - wanted.length);
  const threads = openReplayThreads(repositoryDir, states, flags);
  try {
    await threads.replay(wanted, async (done) => {
      for (const verdict of done) verdicts.set(verdict.sha, verdict);
      await file.add(done);
      progress.add(done.length);
    });
  } finally {
    await threads.close();
  }
  progress.end();
  return states.slice(first).map(({ sha }) => {
    const verdict = verdicts.get(sha);
    if (!verdict) throw new Error(`no verdict for ${sha}`);
    return verdict;
  });
}

async function findBranch(folder: string, branch: string): Promise<{ repositoryDir: string; prefix: string; sha: string }> {
  const ask = async (args: string[], explain: () => ConfigError) => {
    try {
      return (await runGit({ workDir: folder, args })).stdout.toString("utf8").trim();
    } catch {
      throw explain();
    }
  };
  const repositoryDir = await ask(["rev-parse", "--absolute-git-dir"], () => noRepository(folder));
  const prefix = await ask(["rev-parse", "--show-prefix"], () => noRepository(folder));
  const commit = (name: string) =>
    ask(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`], () => noBranch(folder, branch));
  // A fresh clone has only its default branch as its own; the others are the remote's.
  const sha = await commit(branch).catch(() => commit(`refs/remotes/origin/${branch}`));
  return { repositoryDir, prefix, sha };
}

function noRepository(folder: string): ConfigError {
  return new ConfigError({
    code: "no-repository",
    what: `${folder} is not in a git repository.`,
    why: "A backtest reads a repository's history.",
    fix: "Clone the deploy-config repository with its whole history, and give its folder.",
  });
}

function noBranch(folder: string, branch: string): ConfigError {
  return new ConfigError({
    code: "no-branch",
    what: `There is no branch ${branch} in ${folder}.`,
    why: "Neither the clone nor the remote that it came from has it.",
    fix: "Look with git branch --all, and give the branch that is deployed with --branch.",
  });
}

function nothingSince(branch: string, since: Date | undefined): ConfigError {
  return new ConfigError({
    code: "no-history",
    what: `${branch} has no commit since ${since?.toISOString().slice(0, 10)}.`,
    why: "Its last commit is older, or the clone is not up to date.",
    fix: "Fetch the branch, or give an earlier --since.",
  });
}

function noFleet(branch: string): ConfigError {
  return new ConfigError({
    code: "no-history",
    what: `No commit of ${branch} holds a fleet.`,
    why: "Campanile knows a fleet by a campanile.yaml or by deployments/<hub>/hubploy.yaml, at the top of the folder that was given.",
    fix: "Give the folder that the fleet is in, or the branch that is deployed.",
  });
}
