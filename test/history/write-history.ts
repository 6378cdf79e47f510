import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";

/** One commit on top of the one before. */
export interface Commit {
  message: string;
  /** ISO 8601; a commit without one comes a day after the one before. */
  at?: string;
  /** Files as they are from now on; null removes one. Others stay. */
  files: Readonly<Record<string, string | null>>;
  /** A merge: these commits came by a branch from the state before, and only the merge is a state of the branch. */
  branch?: readonly Omit<Commit, "branch">[];
}

const DAY_SECONDS = 86_400;
const FIRST_AT = "2025-01-01T12:00:00Z";

/**
 * A real bare repository with this history on its branch, written in one go by `git fast-import`.
 * @returns its folder and the SHAs of the branch's own states, oldest first
 */
export async function writeHistory(
  folder: string,
  commits: readonly Commit[],
  branch = "staging",
): Promise<{ shas: string[]; repository: string }> {
  await execa("git", ["init", "--quiet", "--bare", "--initial-branch", branch, folder]);
  await execa("git", ["-C", folder, "fast-import", "--quiet"], { input: importStream(commits, branch) });
  const { stdout } = await execa("git", ["-C", folder, "rev-list", "--first-parent", "--reverse", branch]);
  return { repository: folder, shas: stdout.split("\n") };
}

/** A folder that is gone after the test. */
export async function temporaryFolder(onEnd: (remove: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "campanile-history-"));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function importStream(commits: readonly Commit[], branch: string): string {
  const parts: string[] = [];
  let mark = 0;
  let seconds = Date.parse(FIRST_AT) / 1000 - DAY_SECONDS;
  const write = (commit: Omit<Commit, "branch">, ref: string, from: number, merged?: number): number => {
    seconds = commit.at === undefined ? seconds + DAY_SECONDS : Date.parse(commit.at) / 1000;
    mark += 1;
    parts.push(
      `commit refs/heads/${ref}\nmark :${mark}\ncommitter Ada <ada@courses.example> ${seconds} +0000\n${data(commit.message)}`,
      from === 0 ? "" : `from :${from}\n`,
      merged === undefined ? "" : `merge :${merged}\n`,
      ...Object.entries(commit.files).map(([file, text]) =>
        text === null ? `D ${file}\n` : `M 100644 inline ${file}\n${data(text)}`,
      ),
      "\n",
    );
    return mark;
  };
  let tip = 0;
  for (const { branch: side = [], ...commit } of commits) {
    let sideTip = tip;
    for (const each of side) sideTip = write(each, "side", sideTip);
    const files = Object.assign({}, ...side.map((each) => each.files), commit.files);
    tip = write({ ...commit, files }, branch, tip, side.length === 0 ? undefined : sideTip);
  }
  return parts.join("");
}

const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
