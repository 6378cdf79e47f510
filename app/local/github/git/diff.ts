import { LRUCache } from "lru-cache";
import { runGit } from "./run-git.ts";

export interface ChangedFile {
  path: string;
  previousPath: string | undefined;
  status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  /** The blob that the path now holds; for a removed one, what it held. */
  sha: string;
  additions: number;
  deletions: number;
  /** The hunks of `git diff` without its header lines; absent for binary files and pure renames. */
  patch: string | undefined;
}

const STATUS = { A: "added", D: "removed", M: "modified", R: "renamed", C: "copied", T: "changed" } as const;
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

// Both sides are SHAs, so that an answer is true forever.
const known = new LRUCache<string, ChangedFile[]>({ max: 500 });

/** What `git diff` says between two commits or trees; `from` undefined stands for nothing at all. */
export async function diffCommits(gitDir: string, from: string | undefined, to: string): Promise<ChangedFile[]> {
  const key = `${gitDir} ${from} ${to}`;
  const cached = known.get(key);
  if (cached) return cached;
  const range = ["diff-tree", "-r", "-M", "--no-commit-id", "--full-index", "--no-ext-diff", "--no-textconv"];
  const sides = [from ?? EMPTY_TREE, to];
  const [raw, numbers, patches] = await Promise.all([
    runGit({ gitDir, args: [...range, "--raw", "-z", ...sides] }),
    runGit({ gitDir, args: [...range, "--numstat", "-z", ...sides] }),
    runGit({ gitDir, args: [...range, "--patch", "--src-prefix=a/", "--dst-prefix=b/", ...sides] }),
  ]);
  const files = joinParts(parseRaw(raw.text), parseNumbers(numbers.text), splitPatches(patches.bytes.toString("utf8")));
  known.set(key, files);
  return files;
}

type RawFile = Pick<ChangedFile, "path" | "previousPath" | "status" | "sha">;

/** git lists the files in the same order in all three forms. */
function joinParts(raw: RawFile[], numbers: { additions: number; deletions: number }[], patches: (string | undefined)[]) {
  return raw.map((file, index) => ({
    ...file,
    additions: numbers[index]?.additions ?? 0,
    deletions: numbers[index]?.deletions ?? 0,
    patch: patches[index],
  }));
}

function parseRaw(text: string): RawFile[] {
  const fields = text.split("\0");
  const files: RawFile[] = [];
  for (let at = 0; at < fields.length && fields[at]; ) {
    const [, , oldSha = "", newSha = "", code = "M"] = (fields[at] ?? "").split(" ");
    const status = statusOf(code);
    const isPair = status === "renamed" || status === "copied";
    const first = fields[at + 1] ?? "";
    files.push({
      status,
      sha: status === "removed" ? oldSha : newSha,
      path: isPair ? (fields[at + 2] ?? "") : first,
      previousPath: isPair ? first : undefined,
    });
    at += isPair ? 3 : 2;
  }
  return files;
}

function statusOf(code: string): ChangedFile["status"] {
  const letter = code[0];
  return letter === "A" || letter === "D" || letter === "R" || letter === "C" || letter === "T" ? STATUS[letter] : STATUS.M;
}

function parseNumbers(text: string): { additions: number; deletions: number }[] {
  const fields = text.split("\0");
  const numbers: { additions: number; deletions: number }[] = [];
  for (let at = 0; at < fields.length && fields[at]; ) {
    const [added = "", deleted = "", name = ""] = (fields[at] ?? "").split("\t");
    // Binary files have "-" for both numbers; a rename has an empty name here and both names behind it.
    numbers.push({ additions: Number(added) || 0, deletions: Number(deleted) || 0 });
    at += name === "" ? 3 : 1;
  }
  return numbers;
}

function splitPatches(text: string): (string | undefined)[] {
  return text
    .split(/^(?=diff --git )/m)
    .filter(Boolean)
    .map((part) => {
      const hunksAt = /^@@ /m.exec(part)?.index;
      return hunksAt === undefined ? undefined : part.slice(hunksAt).replace(/\n$/, "");
    });
}
