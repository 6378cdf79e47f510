import { ClusterError } from "../../domain/errors.ts";
import type { AsksGit, BranchHead } from "../../journey/ports.ts";
import { runGit } from "./run-git.ts";

const BRANCH_LIMIT = 200;

/**
 * Asks a remote repository which commit a branch is at.
 * @param instead addresses that stand for others, from here: a beginning of an address, and what to ask instead
 */
export function createBranchHeads(instead: Readonly<Record<string, string>>): AsksGit {
  return {
    async fetchHead(repository, branch) {
      if (!/^https?:\/\//.test(repository)) return { kind: "no-answer", why: "it is not asked by HTTP" };
      const address = Object.entries(instead).reduce(
        (result, [from, to]) => (result.startsWith(from) ? to + result.slice(from.length) : result),
        repository,
      );
      try {
        const { stdout } = await runGit({ args: ["ls-remote", "--", address, "HEAD", "refs/heads/*"] });
        return headIn(stdout.toString("utf8"), branch);
      } catch (error) {
        if (error instanceof ClusterError) return { kind: "no-answer", why: error.explanation.why };
        throw error;
      }
    },
  };
}

function headIn(listed: string, branch: string | undefined): BranchHead {
  const heads = new Map(
    listed.split("\n").flatMap((line): [string, string][] => {
      const [sha = "", ref = ""] = line.split("\t");
      return ref === "" ? [] : [[ref, sha]];
    }),
  );
  const sha = heads.get(branch === undefined ? "HEAD" : `refs/heads/${branch}`);
  if (sha !== undefined) return { kind: "head", sha };
  const branches = [...heads.keys()].flatMap((ref) => (ref.startsWith("refs/heads/") ? [ref.slice(11)] : []));
  return { kind: "no-branch", branches: branches.slice(0, BRANCH_LIMIT) };
}
