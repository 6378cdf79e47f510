import type { GitPerson } from "./commits.ts";
import { runGit } from "./run-git.ts";

/** What a path shall hold; null takes it away. */
export interface FileChange {
  path: string;
  bytes: Uint8Array | null;
  mode?: "100644" | "100755" | "120000";
}

export interface FilesCommit {
  branch: string;
  /** undefined starts a branch without history. */
  parent: string | undefined;
  message: string;
  author: GitPerson;
  committer: GitPerson;
  changes: readonly FileChange[];
}

/**
 * Makes one commit of any number of files by one git process and moves the branch to it.
 * @returns the commit's SHA
 * @throws {Error} when the branch is not at `parent`, or a path cannot be
 */
export async function commitFiles(gitDir: string, commit: FilesCommit): Promise<string> {
  const parts: Uint8Array[] = [];
  const say = (text: string) => parts.push(Buffer.from(text));
  const data = (bytes: Uint8Array) => parts.push(Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n"));
  say(`feature done\ncommit refs/heads/${commit.branch}\nmark :1\n`);
  say(`author ${person(commit.author)}\ncommitter ${person(commit.committer)}\n`);
  data(Buffer.from(commit.message));
  if (commit.parent !== undefined) say(`from ${commit.parent}\n`);
  for (const change of commit.changes) {
    if (change.bytes === null) say(`D ${quoted(change.path)}\n`);
    else {
      say(`M ${change.mode ?? "100644"} inline ${quoted(change.path)}\n`);
      data(change.bytes);
    }
  }
  say("\nget-mark :1\ndone\n");
  const { text } = await runGit({ gitDir, args: ["fast-import", "--quiet", "--done"], input: Buffer.concat(parts) });
  return text;
}

const person = (who: GitPerson) => `${who.name} <${who.email}> ${who.atSeconds} +0000`;

function quoted(filePath: string): string {
  const escaped = filePath.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n");
  return `"${escaped}"`;
}
