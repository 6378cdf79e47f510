import type { Emulator } from "../emulator.ts";
import { writeCommit } from "../git/commits.ts";
import { isAncestor, mergeTrees } from "../git/merge.ts";
import { findBranchHead, findRef, updateRef } from "../git/refs.ts";
import type { PullRequest, TestMerge } from "../state/issues.ts";
import { allVerdicts, approvalsOf, rulesOf, verdictOf } from "./branch-rules.ts";
import { gitPersonOf, WEB_FLOW } from "./git-person.ts";

export interface Mergeability {
  /** null while GitHub has not looked yet. */
  isMergeable: boolean | null;
  state: "unknown" | "dirty" | "draft" | "blocked" | "behind" | "unstable" | "clean";
}

/**
 * What GitHub says of a pull request now. It never computes while the caller waits: a pair of commits that it has not
 * tried yet is unknown in this answer, and the trial starts behind it.
 */
export async function judgeMergeability(github: Emulator, pull: PullRequest): Promise<Mergeability> {
  if (pull.issue.state === "closed") return { isMergeable: null, state: "unknown" };
  const baseSha = await findBranchHead(pull.base.repository.gitDir, pull.base.branch);
  if (!pull.testMerge || pull.testMerge.baseSha !== baseSha || pull.testMerge.headSha !== pull.head.sha) {
    startTestMerge(github, pull);
    return { isMergeable: null, state: "unknown" };
  }
  if (pull.testMerge.mergeCommitSha === undefined) return { isMergeable: false, state: "dirty" };
  return { isMergeable: true, state: await stateOfMergeable(github, pull, pull.testMerge) };
}

export function startTestMerge(github: Emulator, pull: PullRequest): void {
  github.inBackground(async () => {
    const { repository } = pull.base;
    await repository.exclusive(async () => {
      if (pull.issue.state === "open") await tryMerge(github, pull);
    });
  });
}

/** Merges base and head in memory and keeps the outcome, as GitHub does behind `refs/pull/<number>/merge`. */
export async function tryMerge(github: Emulator, pull: PullRequest): Promise<TestMerge | undefined> {
  const { gitDir } = pull.base.repository;
  const baseSha = await findBranchHead(gitDir, pull.base.branch);
  if (baseSha === undefined) return undefined;
  const headSha = pull.head.sha;
  if (pull.testMerge?.baseSha === baseSha && pull.testMerge.headSha === headSha) return pull.testMerge;
  const merged = await mergeTrees(gitDir, baseSha, headSha);
  let mergeCommitSha: string | undefined;
  if (merged.kind === "merged") {
    mergeCommitSha = await writeCommit(gitDir, {
      tree: merged.tree,
      parents: [baseSha, headSha],
      message: `Merge ${headSha} into ${baseSha}`,
      author: gitPersonOf(pull.issue.author, github.now()),
      committer: { ...WEB_FLOW, atSeconds: Math.floor(github.now().getTime() / 1000) },
    });
    const ref = `refs/pull/${pull.issue.number}/merge`;
    await updateRef(gitDir, ref, mergeCommitSha, (await findRef(gitDir, ref))?.sha);
  }
  pull.testMerge = { baseSha, headSha, mergeCommitSha };
  const { repository } = pull.base;
  github.emit({
    event: "pull_request",
    action: "mergeability_known",
    repository,
    sender: pull.issue.author,
    fields: { number: pull.issue.number, head_sha: headSha, mergeable: mergeCommitSha !== undefined },
    isDelivered: false,
  });
  return pull.testMerge;
}

async function stateOfMergeable(github: Emulator, pull: PullRequest, testMerge: TestMerge): Promise<Mergeability["state"]> {
  const { repository, branch } = pull.base;
  const rules = rulesOf(repository, branch);
  const { headSha, baseSha } = testMerge;
  if (pull.isDraft) return "draft";
  if (rules.checks.some((check) => verdictOf(repository, headSha, check) !== "passing")) return "blocked";
  if (approvalsOf(github, pull) < rules.approvals) return "blocked";
  if (rules.isStrict && !(await isAncestor(repository.gitDir, baseSha, headSha))) return "behind";
  const isAllPassing = allVerdicts(repository, headSha).every(({ verdict }) => verdict === "passing");
  return isAllPassing ? "clean" : "unstable";
}
