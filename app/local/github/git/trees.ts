import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { runGit } from "./run-git.ts";

export interface TreeEntry {
  path: string;
  mode: string;
  type: "blob" | "tree" | "commit";
  sha: string;
  /** Only blobs have one. */
  sizeBytes: number | undefined;
}

export async function listTree(gitDir: string, treeish: string, options: { recursive: boolean }): Promise<TreeEntry[]> {
  const flags = options.recursive ? ["-r", "-t"] : [];
  const { text } = await runGit({ gitDir, args: ["ls-tree", "-z", "--long", ...flags, treeish] });
  return text.split("\0").filter(Boolean).map(parseEntry);
}

/** @returns undefined when nothing is at that path */
export async function findEntry(gitDir: string, commit: string, filePath: string): Promise<TreeEntry | undefined> {
  const { text } = await runGit({ gitDir, args: ["--literal-pathspecs", "ls-tree", "-z", "--long", commit, "--", filePath] });
  return text
    .split("\0")
    .filter(Boolean)
    .map(parseEntry)
    .find((entry) => entry.path === filePath);
}

export interface TreeChange {
  path: string;
  mode: string;
  /** undefined takes the path away. */
  sha: string | undefined;
}

/** Writes the tree that `base` becomes by these changes. */
export async function writeTree(gitDir: string, base: string | undefined, changes: readonly TreeChange[]): Promise<string> {
  // An index of its own for each call: two writers never share one.
  const index = path.join(gitDir, `index-${randomUUID()}`);
  const environment = { GIT_INDEX_FILE: index };
  try {
    if (base !== undefined) await runGit({ gitDir, args: ["read-tree", base], environment });
    const lines = changes.map((change) =>
      change.sha === undefined ? `0 ${"0".repeat(40)}\t${change.path}\0` : `${change.mode} ${change.sha}\t${change.path}\0`,
    );
    await runGit({ gitDir, args: ["update-index", "-z", "--index-info"], environment, input: lines.join("") });
    return (await runGit({ gitDir, args: ["write-tree"], environment })).text;
  } finally {
    await rm(index, { force: true });
  }
}

function parseEntry(line: string): TreeEntry {
  const [meta = "", filePath = ""] = line.split("\t");
  const [mode = "", type = "", sha = "", size = "-"] = meta.split(/ +/);
  return {
    path: filePath,
    mode,
    type: type === "tree" || type === "commit" ? type : "blob",
    sha,
    sizeBytes: size === "-" ? undefined : Number(size),
  };
}
