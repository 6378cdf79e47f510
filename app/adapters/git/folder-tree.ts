import { lstat, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { ConfigError } from "../../domain/errors.ts";
import type { RefusedEntry } from "../../load/config-tree.ts";
import type { GitTree } from "./git-tree.ts";
import { FILE_LIMIT_BYTES, refusalOf, visiblePath } from "./sort-entries.ts";

const FILES_LIMIT = 20_000;
const LEFT_OUT = new Set([".git", "node_modules"]);

/**
 * The files of a folder as they lie there, committed or not: for an author who looks before the commit. Links are not followed.
 * @throws {ConfigError} `no-folder` or `tree-too-large`
 */
export async function openFolderTree(folder: string): Promise<Omit<GitTree, "contentIdOf">> {
  const found: Found = { files: [], refused: [] };
  await collect(folder, "", found);
  return {
    listFiles: async () => found.files,
    async readFile(file) {
      const full = path.join(folder, file);
      // It may have grown since it was listed.
      const { size } = await lstat(full);
      if (size > FILE_LIMIT_BYTES) throw tooLarge(`${file} has ${size} bytes.`);
      return readFile(full);
    },
    listRefused: async () => found.refused,
  };
}

interface Found {
  files: string[];
  refused: RefusedEntry[];
}

async function collect(folder: string, below: string, found: Found): Promise<void> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
    throw new ConfigError({
      code: "no-folder",
      what: `The folder ${folder} cannot be read.`,
      why: error instanceof Error && "code" in error ? `The system says ${String(error.code)}.` : "The system gave no reason.",
      fix: "Give the folder of a deploy-config repository.",
    });
  });
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    const file = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) await collect(folder, file, found);
    if (entry.isFile() || entry.isSymbolicLink()) await sort(folder, file, entry.isSymbolicLink(), found);
    if (found.files.length > FILES_LIMIT) throw tooLarge(`There are more than ${FILES_LIMIT} files.`);
  }
}

async function sort(folder: string, file: string, isLink: boolean, { files, refused }: Found): Promise<void> {
  const bytes = isLink ? 0 : (await lstat(path.join(folder, file))).size;
  const why = refusalOf({ mode: isLink ? "120000" : "100644", path: file, bytes });
  if (why === undefined) files.push(file);
  else refused.push({ path: visiblePath(file), why });
}

function tooLarge(what: string): ConfigError {
  return new ConfigError({
    code: "tree-too-large",
    what,
    why: "A fleet's configuration is far smaller; something else lies in this folder.",
    fix: "Give the folder of a deploy-config repository, without data in it.",
  });
}
