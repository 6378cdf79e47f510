import { runGit } from "./run-git.ts";

export interface GitRef {
  /** The full name: `refs/heads/main`. */
  name: string;
  /** What it points at; for an annotated tag the tag object. */
  sha: string;
  type: "commit" | "tag" | "tree" | "blob";
}

const SHA = /^[0-9a-f]{40}$/;

export async function listRefs(gitDir: string, prefix = "refs/"): Promise<GitRef[]> {
  const format = "%(refname)%00%(objectname)%00%(objecttype)";
  const { text } = await runGit({ gitDir, args: ["for-each-ref", `--format=${format}`, prefix] });
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [name = "", sha = "", type = ""] = line.split("\0");
      return { name, sha, type: type === "tag" || type === "tree" || type === "blob" ? type : "commit" };
    });
}

/** @returns undefined when there is no such ref */
export async function findRef(gitDir: string, name: string): Promise<GitRef | undefined> {
  return (await listRefs(gitDir, name)).find((ref) => ref.name === name);
}

export async function findBranchHead(gitDir: string, branch: string): Promise<string | undefined> {
  return revParse(gitDir, `refs/heads/${branch}^{commit}`);
}

/**
 * The commit that GitHub understands by a `ref` parameter: a SHA, a branch, a tag, or `heads/...`, `tags/...`, `refs/...`.
 * @returns undefined when nothing in the repository is called so
 */
export async function findCommit(gitDir: string, ref: string): Promise<string | undefined> {
  if (SHA.test(ref)) return revParse(gitDir, `${ref}^{commit}`);
  const candidates = [`refs/heads/${ref}`, `refs/tags/${ref}`];
  if (/^(heads|tags|pull)\//.test(ref)) candidates.push(`refs/${ref}`);
  if (ref.startsWith("refs/") || /^[0-9a-f]{7,39}$/.test(ref) || ref === "HEAD") candidates.push(ref);
  for (const candidate of candidates) {
    const sha = await revParse(gitDir, `${candidate}^{commit}`);
    if (sha !== undefined) return sha;
  }
  return undefined;
}

/** Moves a ref only if it still is where the caller saw it; `from` undefined means that it must not exist yet. */
export async function updateRef(gitDir: string, name: string, to: string, from: string | undefined): Promise<boolean> {
  const { exitCode } = await runGit({
    gitDir,
    args: ["update-ref", "--no-deref", name, to, from ?? "0".repeat(40)],
    answers: [1, 128],
  });
  return exitCode === 0;
}

export async function deleteRef(gitDir: string, name: string): Promise<void> {
  await runGit({ gitDir, args: ["update-ref", "--no-deref", "-d", name] });
}

export async function isValidRefName(gitDir: string, name: string): Promise<boolean> {
  return (await runGit({ gitDir, args: ["check-ref-format", name], answers: [1] })).exitCode === 0;
}

async function revParse(gitDir: string, expression: string): Promise<string | undefined> {
  const { text, exitCode } = await runGit({ gitDir, args: ["rev-parse", "--verify", "--quiet", expression], answers: [1, 128] });
  return exitCode === 0 && SHA.test(text) ? text : undefined;
}
