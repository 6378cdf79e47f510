import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { ConfigTree } from "../../app/load/config-tree.ts";

/** A tree of files that a test makes up. */
export function treeOf(files: Readonly<Record<string, string | Buffer>>): ConfigTree {
  return {
    listFiles: async () => Object.keys(files),
    readFile: async (path) => Buffer.from(files[path] ?? ""),
  };
}

/** The files of a folder as they lie there. */
export async function folderTree(folder: string): Promise<ConfigTree> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join("/"),
    );
  return { listFiles: async () => paths, readFile: (path) => readFile(join(folder, path)) };
}

/** A folder's files as texts, to be changed by a test. */
export async function readFolder(folder: string): Promise<Record<string, string>> {
  const tree = await folderTree(folder);
  const paths = await tree.listFiles();
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, (await tree.readFile(path)).toString("utf8")] as const)),
  );
}
