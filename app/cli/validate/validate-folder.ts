import { readCommitTexts } from "../../adapters/git/commit-texts.ts";
import { openFolderTree } from "../../adapters/git/folder-tree.ts";
import { openGitTree } from "../../adapters/git/git-tree.ts";
import { runGit } from "../../adapters/git/run-git.ts";
import { ConfigError } from "../../domain/errors.ts";
import { hasBlocking } from "../../domain/finding.ts";
import { judgeChange, type Side } from "../../pipeline/judge-change.ts";
import type { Report } from "./format-findings.ts";

export interface ValidateOptions {
  folder: string;
  /** Anything git can resolve; the working tree when left out. */
  head?: string | undefined;
  /** Rules about change compare with this. */
  base?: string | undefined;
  hub?: string | undefined;
  environment?: string | undefined;
}

/** Exit codes: 0 nothing blocks, 1 something does. What could not be evaluated is thrown, and ends with 2. */
export async function validateFolder(options: ValidateOptions): Promise<{ report: Report; exitCode: 0 | 1 }> {
  const { folder } = options;
  const base = options.base === undefined ? undefined : await openRevision(folder, options.base);
  const head = options.head === undefined ? undefined : await openRevision(folder, options.head);
  const commits = base && head ? await readCommitTexts(head.repositoryDir, base.sha, head.sha, head.prefix) : undefined;
  const judged = await judgeChange({ base, head: head ?? (await openWorkingTree(folder)), commits });
  const wanted = judged.findings.filter(({ at }) => isWanted(options, at.file));
  return {
    report: { folder, findings: wanted, hubs: judged.head.fleet?.hubs.length ?? 0 },
    exitCode: hasBlocking(wanted) ? 1 : 0,
  };
}

/** The commit of files that are in none yet. */
const UNCOMMITTED = "0".repeat(40);

async function openWorkingTree(folder: string): Promise<Side> {
  return { tree: await openFolderTree(folder), sha: UNCOMMITTED };
}

interface Revision extends Side {
  repositoryDir: string;
  /** The folder in its repository, with a slash at its end; empty at the top. */
  prefix: string;
}

/** The same folder as it was at a revision, also where the repository holds more than the fleet. */
async function openRevision(folder: string, revision: string): Promise<Revision> {
  const ask = (args: string[]) => askGit(folder, args, revision);
  const repositoryDir = await ask(["rev-parse", "--absolute-git-dir"]);
  const prefix = await ask(["rev-parse", "--show-prefix"]);
  const sha = await ask(["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`]);
  return { tree: await openGitTree(repositoryDir, prefix === "" ? sha : `${sha}:${prefix}`), sha, repositoryDir, prefix };
}

async function askGit(folder: string, args: string[], revision: string): Promise<string> {
  try {
    return (await runGit({ workDir: folder, args })).stdout.toString("utf8").trim();
  } catch (error) {
    throw new ConfigError(
      {
        code: "no-revision",
        what: `${revision} cannot be read in ${folder}.`,
        why: "It is no commit that git knows there, or the folder is in no git repository.",
        fix: "Give a branch, a tag or a commit of the repository that the folder belongs to.",
      },
      { cause: error },
    );
  }
}

/** Shared files concern every hub, and common ones every environment. */
function isWanted({ hub, environment }: ValidateOptions, file: string): boolean {
  const [top, folder, , name] = file.split("/");
  const isOfHub = hub === undefined || top !== "hubs" || folder === hub;
  const isOfEnvironment =
    environment === undefined || top !== "hubs" || name === undefined || ["common.yaml", `${environment}.yaml`].includes(name);
  return isOfHub && isOfEnvironment;
}
