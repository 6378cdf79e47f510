import { LRUCache } from "lru-cache";
import { ClusterError, ConfigError, explanationOf } from "../../domain/errors.ts";
import type { RefusedEntry } from "../../load/config-tree.ts";
import { runGit } from "./run-git.ts";
import { FILE_LIMIT_BYTES, refusalOf, visiblePath } from "./sort-entries.ts";

/** Files that describe a fleet; images and notebooks beside them are not read. */
const READ_ENDINGS = [".yaml", ".yml", ".json", ".ics", ".tpl", ".txt"];
const TREE_LIMIT_BYTES = 50 * 1024 * 1024;
const FILES_LIMIT = 20_000;

/** The readable files of one commit, straight from git objects: nothing untrusted is ever checked out. */
export interface GitTree {
  listFiles(): Promise<string[]>;
  readFile(path: string): Promise<Buffer>;
  /** The blob's id, which names the file's content. */
  contentIdOf(path: string): string | undefined;
  /** Links, submodules, and files of odd names or sizes: nothing can point elsewhere, and nothing is too large to be read. */
  listRefused(): Promise<RefusedEntry[]>;
}

/** One file of a tree. */
export interface TreeEntry {
  path: string;
  /** The blob's id. */
  object: string;
  bytes: number;
}

/** Trees that were opened lately: the base of one pull request is that of the next, and most of its head. */
const opened = new LRUCache<string, OpenTree>({ max: 4 });

interface OpenTree {
  repositoryDir: string;
  sha: string;
  lines: ReadonlyMap<string, Line>;
  tree: GitTree;
}

/**
 * @param treeish a full SHA of a commit or tree that the mirror has
 * @throws {ConfigError} when the tree holds more than a fleet's configuration can
 */
export async function openGitTree(repositoryDir: string, treeish: string): Promise<GitTree> {
  // What is no full SHA may name another commit the next time.
  if (!/^[0-9a-f]{40,64}$/.test(treeish)) return treeOf(repositoryDir, treeish, await listLines(repositoryDir, treeish));
  const key = `${repositoryDir}\0${treeish}`;
  const before = opened.get(key);
  if (before) return before.tree;
  const near = [...opened.values()].find((each) => each.repositoryDir === repositoryDir);
  // The other one may have been pruned since, or an object be lost: then all is listed, and that tells what is wrong.
  const lines = (near && (await linesFrom(near, treeish).catch(unlessExplained))) ?? (await listLines(repositoryDir, treeish));
  const tree = await treeOf(repositoryDir, treeish, lines);
  opened.set(key, { repositoryDir, sha: treeish, lines, tree });
  return tree;
}

function unlessExplained(error: unknown): undefined {
  if (!explanationOf(error)) throw error;
}

async function listLines(repositoryDir: string, treeish: string): Promise<Map<string, Line>> {
  const { stdout } = await runGit({ repositoryDir, args: ["ls-tree", "-r", "-z", "--long", treeish] });
  const lines = stdout.toString("utf8").split("\0").filter(Boolean).map(parseLine);
  return byPath(lines);
}

/** In the order of the paths. */
function byPath(lines: Iterable<Line>): Map<string, Line> {
  const sorted = [...lines].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return new Map(sorted.map((line) => [line.path, line]));
}

/** More changes than this are no pull request: then all is listed. */
const CHANGES_LIMIT = 500;

/** To list a thousand hubs takes longer than to read the one that changes. @returns undefined where that is no help */
async function linesFrom({ repositoryDir, sha, lines }: OpenTree, treeish: string): Promise<Map<string, Line> | undefined> {
  const { stdout } = await runGit({
    repositoryDir,
    args: ["diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", sha, treeish],
  });
  const parts = stdout.toString("utf8").split("\0");
  const changes: { mode: string; object: string; path: string }[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [, mode, object] = /^:\d{6} (\d{6}) [0-9a-f]{40,64} ([0-9a-f]{40,64}) [AMDT]$/.exec(parts[index] ?? "") ?? [];
    const path = parts[index + 1];
    if (mode === undefined || object === undefined || path === undefined) return undefined;
    changes.push({ mode, object, path });
  }
  if (changes.length > CHANGES_LIMIT) return undefined;
  const isFile = ({ mode }: { mode: string }) => mode !== GONE && mode !== SUBMODULE;
  const sizes = await sizesOf(repositoryDir, new Set(changes.filter(isFile).map(({ object }) => object)));
  const now = new Map(lines);
  for (const { mode, object, path } of changes)
    if (mode === GONE) now.delete(path);
    else now.set(path, lineOf({ mode, object, path, bytes: sizes.get(object) }));
  return changes.every(({ path }) => lines.has(path)) ? now : byPath(now.values());
}

const GONE = "000000";
const SUBMODULE = "160000";

async function treeOf(repositoryDir: string, treeish: string, all: ReadonlyMap<string, Line>): Promise<GitTree> {
  const refused: RefusedEntry[] = [];
  const files: Line[] = [];
  for (const line of all.values())
    if (line.why === undefined) files.push(line);
    else refused.push({ path: visiblePath(line.path), why: line.why });
  // A chart's files may have any name, and all of them are part of what it renders.
  const charts = files.filter(({ isChart }) => isChart).map(({ path }) => path.slice(0, -CHART_FILE.length + 1));
  const entries = files.filter(({ isRead, path }) => isRead || charts.some((folder) => path.startsWith(folder))).map(toEntry);
  refuseTooLarge(entries);
  const contents = await readBlobs(repositoryDir, entries);
  const read = new Map(entries.map(({ path, object }) => [path, { object, content: contents.get(object) }]));
  return {
    listFiles: async () => [...read.keys()],
    readFile: async (path) => {
      const content = read.get(path)?.content;
      if (!content) throw new Error(`no file ${path} in tree ${treeish}`);
      return content;
    },
    contentIdOf: (path) => read.get(path)?.object,
    listRefused: async () => refused,
  };
}

interface Line {
  mode: string;
  object: string;
  path: string;
  /** Undefined for what has no size: a submodule, or an object that git cannot find. */
  bytes: number | undefined;
  why: RefusedEntry["why"] | undefined;
  isRead: boolean;
  isChart: boolean;
}

const CHART_FILE = "/Chart.yaml";

/** `<mode> <type> <object> <bytes>\t<path>`; the bytes of a submodule are a dash. */
function parseLine(line: string): Line {
  const [, mode, object, size, path] = /^(\d{6}) \w+ ([0-9a-f]{40,64}) +(\d+|BAD|-)\t(.+)$/s.exec(line) ?? [];
  if (mode === undefined || object === undefined || path === undefined) throw new Error("git ls-tree wrote an unknown line");
  const bytes = /^\d+$/.test(size ?? "") ? Number(size) : undefined;
  return lineOf({ mode, object, path, bytes });
}

/** What is said of a file by its name is worked out once: of a thousand hubs nearly all lines are those of before. */
function lineOf(line: Omit<Line, "why" | "isRead" | "isChart">): Line {
  const { mode, path } = line;
  return { ...line, why: refusalOf(line), isRead: isReadFile(mode, path), isChart: path.endsWith(CHART_FILE) };
}

function toEntry(line: Line): TreeEntry {
  // git's own word for an object that it cannot find: the file must not seem to be none.
  if (!isWhole(line)) throw missingBlob(line.object);
  return line;
}

function isWhole(line: Line): line is Line & { bytes: number } {
  return line.bytes !== undefined;
}

export function isReadFile(mode: string, path: string): boolean {
  return (mode === "100644" || mode === "100755") && READ_ENDINGS.some((ending) => path.endsWith(ending));
}

export function refuseTooLarge(entries: readonly TreeEntry[]): void {
  const large = entries.find((entry) => entry.bytes > FILE_LIMIT_BYTES);
  const totalBytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (!large && totalBytes <= TREE_LIMIT_BYTES && entries.length <= FILES_LIMIT) return;
  throw new ConfigError({
    code: "tree-too-large",
    what: large
      ? `${large.path} has ${large.bytes} bytes.`
      : `The repository has ${entries.length} configuration files with ${totalBytes} bytes.`,
    why: "Campanile reads files of at most 1 MiB, 20,000 files and 50 MiB, so that one pull request cannot take its memory.",
    fix: "Move data out of the deploy-config repository.",
    ...(large ? { at: { file: large.path, line: 1 } } : {}),
  });
}

/** What was read lately: a commit shares nearly all its files with the one before. */
const recent = new LRUCache<string, Buffer>({ maxSize: TREE_LIMIT_BYTES });

/** @returns the contents by blob id */
export async function readBlobs(
  repositoryDir: string,
  wanted: readonly Pick<TreeEntry, "object" | "bytes">[],
): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  const missing = new Map<string, number>();
  for (const { object, bytes } of wanted) {
    const known = recent.get(object);
    if (known) contents.set(object, known);
    else missing.set(object, bytes);
  }
  if (missing.size === 0) return contents;
  const { stdout } = await runGit({
    repositoryDir,
    args: ["cat-file", "--batch"],
    stdin: `${[...missing.keys()].join("\n")}\n`,
  });
  let offset = 0;
  for (const [object, bytes] of missing) {
    const start = stdout.indexOf(0x0a, offset) + 1;
    if (stdout.toString("latin1", offset, start) !== `${object} blob ${bytes}\n`) throw missingBlob(object);
    // A copy, or the smallest file would keep the whole answer in memory.
    const content = Buffer.from(stdout.subarray(start, start + bytes));
    offset = start + bytes + 1;
    contents.set(object, content);
    recent.set(object, content, { size: Math.max(bytes, 1) });
  }
  return contents;
}

/** @returns the bytes of each blob, by its id */
export async function sizesOf(repositoryDir: string, objects: ReadonlySet<string>): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  if (objects.size === 0) return sizes;
  const { stdout } = await runGit({
    repositoryDir,
    args: ["cat-file", "--batch-check"],
    stdin: `${[...objects].join("\n")}\n`,
  });
  for (const line of stdout.toString("latin1").trimEnd().split("\n")) {
    const [object = "", type, bytes] = line.split(" ");
    if (type !== "blob") throw missingBlob(object);
    sizes.set(object, Number(bytes));
  }
  return sizes;
}

function missingBlob(object: string): ClusterError {
  return new ClusterError({
    code: "git-incomplete",
    what: `The blob ${object} is missing from the repository.`,
    why: "The clone is partial or damaged; git lists the file but cannot show it.",
    fix: "Clone the repository again, without --filter.",
    canRetry: false,
  });
}
