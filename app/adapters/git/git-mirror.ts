import { access, mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { EventSource } from "../../event/deploy-event.ts";
import type { CommitText } from "../../validate/rule.ts";
import { readCommitTexts } from "./commit-texts.ts";
import { type GitTree, openGitTree } from "./git-tree.ts";
import { runGit } from "./run-git.ts";

/** What a pull request would make of its base branch. */
export type MergeResult = { kind: "merged"; tree: string } | { kind: "conflict"; files: string[] };

/** Bare copies of the repositories that Campanile watches, one folder each; a lost one is fetched again. */
export interface GitMirror {
  /** Makes sure that these commits, with their history, are here. */
  fetchCommits(source: EventSource, shas: readonly string[]): Promise<void>;
  /** The commit that a branch points at on GitHub now. */
  fetchBranchHead(source: EventSource, branch: string): Promise<string>;
  openTree(source: EventSource, treeish: string): Promise<GitTree>;
  /** Merges in memory, as GitHub's merge button would. */
  mergeTrees(source: EventSource, baseSha: string, headSha: string): Promise<MergeResult>;
  /** What each commit after the base adds, oldest first. */
  readCommitTexts(source: EventSource, baseSha: string, headSha: string): Promise<CommitText[]>;
}

export interface GitMirrorOptions {
  /** Where the bare repositories live. */
  dataDir: string;
  webUrl: string;
  /** A short-lived token that may read the repository. */
  tokenFor: (installationId: number) => Promise<string>;
}

export function createGitMirror(options: GitMirrorOptions): GitMirror {
  const dirOf = (source: EventSource) => path.join(options.dataDir, "git", `${source.repository}.git`);

  async function remote(source: EventSource) {
    const token = await options.tokenFor(source.installationId);
    return {
      url: `${options.webUrl}/${source.repository}.git`,
      authorization: `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
    };
  }

  return {
    async fetchCommits(source, shas) {
      const repositoryDir = await ensureBareRepository(dirOf(source));
      const missing = await missingCommits(repositoryDir, shas);
      if (missing.length === 0) return;
      const { url, authorization } = await remote(source);
      await runGit({
        repositoryDir,
        authorization,
        args: ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", url, ...missing],
      });
    },

    async fetchBranchHead(source, branch) {
      const repositoryDir = await ensureBareRepository(dirOf(source));
      const { url, authorization } = await remote(source);
      const ref = `refs/heads/${branch}`;
      const { stdout } = await runGit({ repositoryDir, authorization, args: ["ls-remote", "--exit-code", "--", url, ref] });
      const sha = /^([0-9a-f]{40})\t/.exec(stdout.toString("utf8"))?.[1];
      if (sha === undefined) throw new Error(`git ls-remote gave no commit for ${ref} of ${source.repository}`);
      return sha;
    },

    async openTree(source, treeish) {
      return openGitTree(dirOf(source), treeish);
    },

    readCommitTexts: (source, baseSha, headSha) => readCommitTexts(dirOf(source), baseSha, headSha),

    async mergeTrees(source, baseSha, headSha) {
      const { stdout, exitCode } = await runGit({
        repositoryDir: dirOf(source),
        args: ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", baseSha, headSha],
        answers: [1],
      });
      const [tree = "", ...files] = stdout.toString("utf8").split("\0").filter(Boolean);
      return exitCode === 0 ? { kind: "merged", tree } : { kind: "conflict", files };
    },
  };
}

/** Made aside and moved, so that two that start at once both end with a whole repository. */
async function ensureBareRepository(dir: string): Promise<string> {
  if (await exists(path.join(dir, "HEAD"))) return dir;
  await mkdir(path.dirname(dir), { recursive: true });
  const fresh = `${dir}.${process.pid}.${performance.now()}`;
  await execa("git", ["init", "--quiet", "--bare", "--", fresh], {
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  });
  try {
    await rename(fresh, dir);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!(await exists(path.join(dir, "HEAD")))) throw error;
  }
  return dir;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** A commit whose history is incomplete cannot be here: fetches are never shallow. */
async function missingCommits(repositoryDir: string, shas: readonly string[]): Promise<string[]> {
  const { stdout } = await runGit({ repositoryDir, args: ["cat-file", "--batch-check"], stdin: `${shas.join("\n")}\n` });
  const lines = stdout.toString("utf8").split("\n");
  return shas.filter((_, index) => lines[index]?.endsWith(" missing") ?? true);
}
