import { isReadFile, sizesOf, type TreeEntry } from "./git-tree.ts";
import { runGit } from "./run-git.ts";

/** One first-parent commit of a branch: a state that was deployed. */
export interface HistoryState {
  /** Full SHA. */
  sha: string;
  /** Seconds since 1970, by the committer's clock. */
  atSeconds: number;
  /** What people called the change: the title of its pull request where the merge's message has it. */
  title: string;
  /** Files that differ from the state before, among those that describe a fleet. */
  changes: FileChange[];
}

/** The content that a path has from this state on; none when the file is removed. */
export interface FileChange {
  path: string;
  entry: TreeEntry | undefined;
}

/**
 * Every state of a branch, oldest first, each as what changed since the one before: the whole history in three calls of git.
 * @param folder path below the repository's root with a slash at its end, or nothing for the root
 * @param revision what git already resolved to a commit
 */
export async function readHistory(repositoryDir: string, revision: string, folder: string): Promise<HistoryState[]> {
  const { stdout } = await runGit({
    repositoryDir,
    args: [
      "log",
      ...["--first-parent", "--reverse", "-m", "--root"],
      ...["--raw", "--no-abbrev", "--no-renames", "-z", ...(folder === "" ? [] : [`--relative=${folder}`])],
      ...[`--format=${COMMIT}%H %ct %s%x0a%b`, revision],
    ],
  });
  const states = parseLog(stdout.toString("utf8"));
  const entries = states.flatMap(({ changes }) => changes.flatMap(({ entry }) => entry ?? []));
  const sizes = await sizesOf(repositoryDir, new Set(entries.map(({ object }) => object)));
  for (const entry of entries) entry.bytes = sizes.get(entry.object) ?? 0;
  return states;
}

const COMMIT = "commit ";
const FILE_MODE = "100644";
/** `:<old mode> <new mode> <old blob> <new blob> <status>`; the path comes after the next NUL. */
const CHANGE = /^\n?:\d{6} (\d{6}) [0-9a-f]+ ([0-9a-f]+) [A-Z]/;

function parseLog(log: string): HistoryState[] {
  const states: HistoryState[] = [];
  const tokens = log.split("\0");
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? "";
    const change = CHANGE.exec(token);
    if (!change) {
      if (token.startsWith(COMMIT)) states.push(parseCommit(token.slice(COMMIT.length)));
      continue;
    }
    index += 1;
    const path = tokens[index] ?? "";
    const [, mode = "", object = ""] = change;
    // A file that is removed has no mode; one that becomes a link or a submodule is gone for us as well.
    if (isReadFile(FILE_MODE, path))
      states.at(-1)?.changes.push({ path, entry: isReadFile(mode, path) ? { path, object, bytes: 0 } : undefined });
  }
  return states;
}

function parseCommit(text: string): HistoryState {
  const [, sha = "", seconds = "", message = ""] = /^([0-9a-f]{40,64}) (\d+) (.*)$/s.exec(text) ?? [];
  return { sha, atSeconds: Number(seconds), title: titleOf(message), changes: [] };
}

const TITLE_LIMIT = 120;

/** GitHub's own merges say in their subject which branch came, and in their body what it was for. */
function titleOf(message: string): string {
  const [subject = "", ...body] = message.split("\n");
  const number = /^Merge pull request #(\d+) /.exec(subject)?.[1];
  const first = body.find((line) => line.trim() !== "");
  return (number !== undefined && first !== undefined ? `${first.trim()} (#${number})` : subject).slice(0, TITLE_LIMIT);
}
