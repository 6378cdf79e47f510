import { type GitPerson, listCommits, readCommit, readCommits, writeCommit } from "./commits.ts";
import { runGit } from "./run-git.ts";

export type MergedTree = { kind: "merged"; tree: string } | { kind: "conflict"; paths: string[] };

/** Merges two commits as git does, from their common ancestor, without a checkout. */
export async function mergeTrees(gitDir: string, ours: string, theirs: string): Promise<MergedTree> {
  const { text, exitCode } = await runGit({
    gitDir,
    args: ["merge-tree", "--write-tree", "--name-only", "--no-messages", "--allow-unrelated-histories", "-z", ours, theirs],
    answers: [1],
  });
  const [tree = "", ...paths] = text.split("\0").filter(Boolean);
  return exitCode === 0 ? { kind: "merged", tree } : { kind: "conflict", paths };
}

export async function findMergeBase(gitDir: string, one: string, other: string): Promise<string | undefined> {
  const { text, exitCode } = await runGit({ gitDir, args: ["merge-base", one, other], answers: [1] });
  return exitCode === 0 ? text.split("\n")[0] : undefined;
}

export async function isAncestor(gitDir: string, ancestor: string, descendant: string): Promise<boolean> {
  const { exitCode } = await runGit({ gitDir, args: ["merge-base", "--is-ancestor", ancestor, descendant], answers: [1] });
  return exitCode === 0;
}

/** How many commits each side has that the other lacks. */
export async function countAheadBehind(gitDir: string, base: string, head: string): Promise<{ ahead: number; behind: number }> {
  const { text } = await runGit({ gitDir, args: ["rev-list", "--left-right", "--count", `${base}...${head}`] });
  const [behind, ahead] = text.split("\t").map(Number);
  return { ahead: ahead ?? 0, behind: behind ?? 0 };
}

/**
 * Puts the commits of a branch one by one on top of another commit, as "rebase and merge" does.
 * @returns the last new commit, or undefined when one of them conflicts
 */
export async function rebaseCommits(
  gitDir: string,
  range: { onto: string; head: string },
  committer: GitPerson,
): Promise<string | undefined> {
  const shas = await listCommits(gitDir, [`^${range.onto}`, range.head], { reverse: true, noMerges: true });
  let tip = range.onto;
  for (const commit of await readCommits(gitDir, shas)) {
    const tree = await cherryPickTree(gitDir, { commit, onto: tip, committer });
    if (tree === undefined) return undefined;
    tip = await writeCommit(gitDir, { tree, parents: [tip], message: commit.message, author: commit.author, committer });
  }
  return tip;
}

/**
 * `merge-tree` finds the ancestor by itself (git learned to be told in 2.40), so it is given one: three commits that
 * hold the three trees of a cherry-pick and have the history that makes the first of them the ancestor.
 */
async function cherryPickTree(
  gitDir: string,
  pick: { commit: { tree: string; parents: string[] }; onto: string; committer: GitPerson },
): Promise<string | undefined> {
  const parent = pick.commit.parents[0];
  const hold = (tree: string, parents: string[]) =>
    writeCommit(gitDir, { tree, parents, message: "", author: pick.committer, committer: pick.committer });
  const emptyTree = (await runGit({ gitDir, args: ["mktree"], input: "" })).text;
  const ancestor = await hold(parent === undefined ? emptyTree : (await readCommit(gitDir, parent)).tree, []);
  const ours = await hold((await readCommit(gitDir, pick.onto)).tree, [ancestor]);
  const theirs = await hold(pick.commit.tree, [ancestor]);
  const merged = await mergeTrees(gitDir, ours, theirs);
  return merged.kind === "merged" ? merged.tree : undefined;
}
