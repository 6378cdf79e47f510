import { openFolderTree } from "../../adapters/git/folder-tree.ts";
import { openGitTree } from "../../adapters/git/git-tree.ts";
import { runGit } from "../../adapters/git/run-git.ts";
import { ConfigError } from "../../domain/errors.ts";
import type { Side } from "../../pipeline/judge-change.ts";

/** The commit of files that are in none yet. */
const UNCOMMITTED = "0".repeat(40);

export async function openWorkingTree(folder: string): Promise<Side> {
  return { tree: await openFolderTree(folder), sha: UNCOMMITTED };
}

interface Revision extends Side {
  repositoryDir: string;
  /** The folder in its repository, with a slash at its end; empty at the top. */
  prefix: string;
}

/** The same folder as it was at a revision, also where the repository holds more than the fleet. */
export async function openRevision(folder: string, revision: string): Promise<Revision> {
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
