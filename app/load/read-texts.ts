import type { ConfigTree } from "./config-tree.ts";

/** Larger files are data, which nobody wrote by hand. */
const TEXT_LIMIT_BYTES = 256 * 1024;

/** The files of a commit as they are written, by path: for rules on comments and on files that are no values. */
export async function readTexts(tree: ConfigTree): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of await tree.listFiles()) {
    const bytes = await tree.readFile(path);
    if (bytes.byteLength <= TEXT_LIMIT_BYTES) texts.set(path, bytes.toString("utf8"));
  }
  return texts;
}
