import { access, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

// What a node does, root does. An ordinary user is that in a namespace of their own, in which they are root and their subordinate ids
// are all the others: the programs of util-linux and uidmap make it, from what /etc/subuid and /etc/subgid grant.

export function isOrdinaryUser(): boolean {
  return process.getuid?.() !== 0;
}

/** For `unshare`; none for root. */
export function ownUsersFlags(): string[] {
  return isOrdinaryUser() ? ["--user", "--map-root-user", "--map-auto"] : [];
}

/** Where an ordinary user's PATH does not look, programs are that a node calls. */
export function pathWithRootsPrograms(): string {
  return [process.env.PATH ?? "", "/usr/sbin", "/sbin"].join(path.delimiter);
}

/** The program and its arguments with which somebody who is root among users of their own runs a command, which may mount. */
export function asNodesRoot(command: readonly string[]): [string, ...string[]] {
  return ["/usr/bin/unshare", ...ownUsersFlags(), "--mount", "--", ...command];
}

/** Removes a world's folder, in which the containers of an ordinary user's node may have left files of subordinate users. */
export async function removeWorld(dir: string): Promise<void> {
  const hadNode = await access(path.join(dir, "node")).then(
    () => true,
    () => false,
  );
  if (isOrdinaryUser() && hadNode) {
    const [command, ...args] = asNodesRoot(removing(path.join(dir, "node")));
    await execa(command, args, { stdin: "ignore" });
  }
  // Of a world that was killed, some part may still be writing there.
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
}

export function removing(...dirs: readonly string[]): string[] {
  return ["rm", "--recursive", "--force", "--", ...dirs];
}
