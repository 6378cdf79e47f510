import { runGit } from "./run-git.ts";

export interface GitObject {
  sha: string;
  type: string;
  bytes: Buffer;
}

/** Reads several objects by one git process. Those that the repository does not have are left out. */
export async function readObjects(gitDir: string, shas: readonly string[]): Promise<GitObject[]> {
  if (shas.length === 0) return [];
  const { bytes } = await runGit({ gitDir, args: ["cat-file", "--batch"], input: `${shas.join("\n")}\n` });
  const objects: GitObject[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf(0x0a, at);
    const [sha = "", type = "", size] = bytes.subarray(at, lineEnd).toString("utf8").split(" ");
    at = lineEnd + 1;
    if (size === undefined) continue;
    objects.push({ sha, type, bytes: bytes.subarray(at, at + Number(size)) });
    at += Number(size) + 1;
  }
  return objects;
}

export async function findObject(gitDir: string, sha: string): Promise<GitObject | undefined> {
  return /^[0-9a-f]{40}$/.test(sha) ? (await readObjects(gitDir, [sha]))[0] : undefined;
}

export async function writeBlob(gitDir: string, bytes: Uint8Array): Promise<string> {
  return (await runGit({ gitDir, args: ["hash-object", "-w", "--stdin"], input: bytes })).text;
}
