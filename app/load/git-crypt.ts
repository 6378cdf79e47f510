import type { FilePlace, Finding } from "../domain/finding.ts";

/** What git-crypt begins each file with. @see git-crypt, "Current Status" and commands.cpp */
const BEGIN = Buffer.from("\0GITCRYPT\0");

export function isGitCrypt(bytes: Buffer): boolean {
  return bytes.subarray(0, BEGIN.byteLength).equals(BEGIN);
}

/** For a file of which nothing can be known, not even its keys. */
export function isInGitCrypt(at: FilePlace): Finding {
  return {
    code: "git-crypt",
    severity: "block",
    what: `${at.file} is encrypted with git-crypt, so nothing in it was judged.`,
    why: "git-crypt hides a whole file, its keys too. Campanile reads files as they lie in git, without anybody's key.",
    fix: `Encrypt its secrets with sops, which leaves the keys in clear, and write what is no secret into a values file: git-crypt unlock, then sops encrypt --in-place ${at.file}, and take the file out of .gitattributes.`,
    at,
  };
}
