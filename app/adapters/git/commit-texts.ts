import type { CommitText } from "../../validate/rule.ts";
import { runGit } from "./run-git.ts";

/** More commits than this are no pull request that somebody reviews. */
const COMMITS_LIMIT = 500;

/**
 * What each commit between two adds, oldest first, also what a later one takes away again.
 * @param repository a `.git` folder or a bare repository
 * @param folder of the repository: only what is in it, with paths from there
 */
export async function readCommitTexts(repository: string, baseSha: string, headSha: string, folder = ""): Promise<CommitText[]> {
  const { stdout } = await runGit({
    repositoryDir: repository,
    args: [
      "-c",
      "core.quotePath=false",
      "log",
      "--reverse",
      `--max-count=${COMMITS_LIMIT}`,
      "--format=%x00%H",
      "--patch",
      "--unified=0",
      "--no-color",
      "--no-ext-diff",
      "--no-textconv",
      "--no-renames",
      // What a merge brings from elsewhere is not this branch's; what somebody wrote while merging is.
      "--diff-merges=remerge",
      "--src-prefix=a/",
      "--dst-prefix=b/",
      ...(folder === "" ? [] : [`--relative=${folder}`]),
      "--end-of-options",
      `${baseSha}..${headSha}`,
    ],
  });
  return stdout
    .toString("utf8")
    .split("\0")
    .filter(Boolean)
    .flatMap((part) => textsOfCommit(part));
}

function textsOfCommit(part: string): CommitText[] {
  const [sha = "", ...lines] = part.split("\n");
  const texts: CommitText[] = [];
  let number = 0;
  let isInHunk = false;
  for (const line of lines) {
    const hunk = /^@@ -\S+ \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) {
      number = Number(hunk[1]);
      isInHunk = true;
    } else if (line.startsWith("diff --git ")) isInHunk = false;
    else if (!isInHunk && line.startsWith("+++ b/")) texts.push({ sha, file: unquote(line.slice(4)).slice(2), lines: [] });
    else if (!isInHunk && line.startsWith('+++ "b/')) texts.push({ sha, file: unquote(line.slice(4)).slice(2), lines: [] });
    else if (isInHunk && line.startsWith("+")) texts.at(-1)?.lines.push({ number: number++, text: line.slice(1) });
  }
  return texts.filter((text) => text.lines.length > 0);
}

/** git puts names with odd characters in quotes, a tab after those with blanks. */
function unquote(name: string): string {
  const plain = name.replace(/\t$/, "");
  if (!plain.startsWith('"')) return plain;
  return plain.slice(1, -1).replace(/\\([\\"])/g, "$1");
}
