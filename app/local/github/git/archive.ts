import { runGit } from "./run-git.ts";

/** The files of one commit as a gzipped tar, all below one folder. */
export async function archiveCommit(gitDir: string, commit: string, folder: string): Promise<Buffer> {
  return (await runGit({ gitDir, args: ["archive", "--format=tar.gz", `--prefix=${folder}/`, commit] })).bytes;
}
