import { appendFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { runGit } from "./run-git.ts";

/** Makes an empty bare repository that git itself can serve as GitHub does: any commit may be asked for by its SHA. */
export async function createBareRepository(gitDir: string, defaultBranch: string): Promise<void> {
  await mkdir(gitDir, { recursive: true });
  await runGit({ gitDir, args: ["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, gitDir] });
  await appendFile(path.join(gitDir, "config"), SERVED);
}

// GitHub refuses pushes to its own refs of pull requests.
const SERVED = `
[http]
  receivepack = true
[uploadpack]
  allowAnySHA1InWant = true
  allowFilter = true
[receive]
  hideRefs = refs/pull
`;

/** Brings one commit with its history from another bare repository, as GitHub does for a pull request from a fork. */
export async function fetchFrom(gitDir: string, sourceGitDir: string, refspecs: readonly string[]): Promise<void> {
  await runGit({ gitDir, args: ["fetch", "--quiet", "--no-write-fetch-head", "--no-tags", sourceGitDir, ...refspecs] });
}
