import { ConfigError } from "../../domain/errors.ts";
import { runGit } from "./run-git.ts";

/** Files that describe a fleet; images and notebooks beside them are not read. */
const READ_ENDINGS = [".yaml", ".yml", ".json", ".ics", ".tpl", ".txt"];
const FILE_LIMIT_BYTES = 1024 * 1024;
const TREE_LIMIT_BYTES = 50 * 1024 * 1024;
const FILES_LIMIT = 20_000;

/** The readable files of one commit, straight from git objects: nothing untrusted is ever checked out. */
export interface GitTree {
  listFiles(): Promise<string[]>;
  readFile(path: string): Promise<Buffer>;
}

interface Entry {
  path: string;
  object: string;
  bytes: number;
}

/**
 * @param treeish a full SHA of a commit or tree that the mirror has
 * @throws {ConfigError} when the tree holds more than a fleet's configuration can
 */
export async function openGitTree(repositoryDir: string, treeish: string): Promise<GitTree> {
  const { stdout } = await runGit({ repositoryDir, args: ["ls-tree", "-r", "-z", "--long", treeish] });
  const entries = stdout
    .toString("utf8")
    .split("\0")
    .filter(Boolean)
    .map(parseEntry)
    .filter((entry) => entry !== undefined);
  refuseTooLarge(entries);
  const contents = await readBlobs(repositoryDir, entries);
  return {
    listFiles: async () => entries.map((entry) => entry.path),
    readFile: async (path) => {
      const content = contents.get(path);
      if (!content) throw new Error(`no file ${path} in tree ${treeish}`);
      return content;
    },
  };
}

/** `<mode> blob <object> <bytes>\t<path>`; symbolic links (120000) and submodules (160000) are left out, so nothing can point elsewhere. */
function parseEntry(line: string): Entry | undefined {
  const match = /^100(?:644|755) blob ([0-9a-f]{40,64}) +(\d+)\t(.+)$/s.exec(line);
  if (!match?.[1] || !match[3]) return undefined;
  const path = match[3];
  return READ_ENDINGS.some((ending) => path.endsWith(ending)) ? { path, object: match[1], bytes: Number(match[2]) } : undefined;
}

function refuseTooLarge(entries: readonly Entry[]): void {
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

async function readBlobs(repositoryDir: string, entries: readonly Entry[]): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  if (entries.length === 0) return contents;
  const { stdout } = await runGit({
    repositoryDir,
    args: ["cat-file", "--batch"],
    stdin: `${entries.map((entry) => entry.object).join("\n")}\n`,
  });
  let offset = 0;
  for (const entry of entries) {
    const start = stdout.indexOf(0x0a, offset) + 1;
    contents.set(entry.path, stdout.subarray(start, start + entry.bytes));
    offset = start + entry.bytes + 1;
  }
  return contents;
}
