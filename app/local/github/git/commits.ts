import { LRUCache } from "lru-cache";
import { readObjects } from "./objects.ts";
import { runGit } from "./run-git.ts";

export interface GitPerson {
  name: string;
  email: string;
  /** Seconds since 1970, as git keeps it. */
  atSeconds: number;
}

export interface GitCommit {
  sha: string;
  tree: string;
  parents: string[];
  author: GitPerson;
  committer: GitPerson;
  message: string;
}

// A commit never changes, so that neither does what was read of it.
const known = new LRUCache<string, GitCommit>({ max: 20_000 });

export async function readCommits(gitDir: string, shas: readonly string[]): Promise<GitCommit[]> {
  const missing = shas.filter((sha) => !known.has(`${gitDir} ${sha}`));
  for (const object of await readObjects(gitDir, missing)) {
    if (object.type === "commit") known.set(`${gitDir} ${object.sha}`, parseCommit(object.sha, object.bytes.toString("utf8")));
  }
  return shas.flatMap((sha) => known.get(`${gitDir} ${sha}`) ?? []);
}

export async function readCommit(gitDir: string, sha: string): Promise<GitCommit> {
  const [commit] = await readCommits(gitDir, [sha]);
  if (!commit) throw new Error(`there is no commit ${sha}`);
  return commit;
}

export interface CommitListOptions {
  /** Newest first unless asked for in the order in which they were made. */
  reverse?: boolean;
  noMerges?: boolean;
  path?: string;
}

/** The SHAs that `git rev-list` gives for a range such as `["^<base>", "<head>"]`. */
export async function listCommits(gitDir: string, range: readonly string[], options: CommitListOptions = {}): Promise<string[]> {
  const flags = [...(options.reverse ? ["--reverse"] : []), ...(options.noMerges ? ["--no-merges"] : [])];
  const paths = options.path === undefined ? [] : [options.path];
  const { text } = await runGit({ gitDir, args: ["rev-list", "--topo-order", ...flags, ...range, "--", ...paths] });
  return text.split("\n").filter(Boolean);
}

export interface NewCommit {
  tree: string;
  parents: readonly string[];
  message: string;
  author: GitPerson;
  committer: GitPerson;
}

export async function writeCommit(gitDir: string, commit: NewCommit): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  const { text } = await runGit({
    gitDir,
    args: ["commit-tree", commit.tree, ...parents, "-F", "-"],
    input: commit.message,
    environment: personEnvironment(commit),
  });
  return text;
}

function personEnvironment(commit: { author: GitPerson; committer: GitPerson }): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: commit.author.name,
    GIT_AUTHOR_EMAIL: commit.author.email,
    GIT_AUTHOR_DATE: `${commit.author.atSeconds} +0000`,
    GIT_COMMITTER_NAME: commit.committer.name,
    GIT_COMMITTER_EMAIL: commit.committer.email,
    GIT_COMMITTER_DATE: `${commit.committer.atSeconds} +0000`,
  };
}

function parseCommit(sha: string, text: string): GitCommit {
  const headEnd = text.indexOf("\n\n");
  const lines = text.slice(0, headEnd < 0 ? undefined : headEnd).split("\n");
  const values = (key: string) => lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    sha,
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    author: parsePerson(values("author")[0] ?? ""),
    committer: parsePerson(values("committer")[0] ?? ""),
    message: headEnd < 0 ? "" : text.slice(headEnd + 2).replace(/\n$/, ""),
  };
}

export function parsePerson(line: string): GitPerson {
  const parts = /^(.*?) ?<([^>]*)> (\d+)/.exec(line);
  return { name: parts?.[1] ?? "", email: parts?.[2] ?? "", atSeconds: Number(parts?.[3] ?? 0) };
}
