import { readCommitTexts } from "../../adapters/git/commit-texts.ts";
import { openFolderTree } from "../../adapters/git/folder-tree.ts";
import { openGitTree } from "../../adapters/git/git-tree.ts";
import { runGit } from "../../adapters/git/run-git.ts";
import type { ConfigError } from "../../domain/errors.ts";
import type { Side } from "../../pipeline/judge-change.ts";
import type { CommitText } from "../../validate/rule.ts";
import { noFolderThen, noRepository, noRevision } from "./could-not-validate.ts";

/** The commit of files that are in none yet. */
const UNCOMMITTED = "0".repeat(40);

export async function openWorkingTree(folder: string): Promise<Side> {
  return { tree: await openFolderTree(folder), sha: UNCOMMITTED };
}

/** Both sides of a change, and what each commit between them adds when both are commits. */
export async function openSides(
  folder: string,
  revisions: { base: string; head?: string | undefined },
): Promise<{ base: Side; head: Side; commits: CommitText[] | undefined }> {
  const base = await openRevision(folder, revisions.base);
  if (revisions.head === undefined) return { base, head: await openWorkingTree(folder), commits: undefined };
  const head = await openRevision(folder, revisions.head);
  return { base, head, commits: await readCommitTexts(head.repositoryDir, base.sha, head.sha, head.prefix) };
}

interface Revision extends Side {
  repositoryDir: string;
  /** The folder in its repository, with a slash at its end; empty at the top. */
  prefix: string;
}

/** The same folder as it was at a revision, also where the repository holds more than the fleet. */
export async function openRevision(folder: string, revision: string): Promise<Revision> {
  const ask = async (args: string[], explain: () => ConfigError) => (await askGit(folder, args)) ?? fail(explain());
  const repositoryDir = await ask(["rev-parse", "--absolute-git-dir"], () => noRepository(folder, revision));
  const prefix = await findPrefix(folder);
  const commit = ["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`];
  const sha = await ask(commit, () => noRevision(folder, revision));
  if (prefix !== "")
    await ask(["rev-parse", "--verify", "--end-of-options", `${sha}:${prefix}`], () => noFolderThen(folder, revision));
  return { tree: await openGitTree(repositoryDir, prefix === "" ? sha : `${sha}:${prefix}`), sha, repositoryDir, prefix };
}

/** Where the folder lies in its repository, with a slash at the end; empty at the top, or in none. */
export async function findPrefix(folder: string): Promise<string> {
  return (await askGit(folder, ["rev-parse", "--show-prefix"])) ?? "";
}

/** @returns nothing when git has no answer */
async function askGit(folder: string, args: string[]): Promise<string | undefined> {
  try {
    return (await runGit({ workDir: folder, args })).stdout.toString("utf8").trim();
  } catch {
    return undefined;
  }
}

function fail(error: ConfigError): never {
  throw error;
}
