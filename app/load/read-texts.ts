import { oncePer } from "../domain/once-per.ts";
import type { ConfigTree } from "./config-tree.ts";

/** Larger files are data, which nobody wrote by hand. */
const TEXT_LIMIT_BYTES = 256 * 1024;

/** The files of a commit as they are written, by path: for rules on comments and on files that are no values. */
export async function readTexts(tree: ConfigTree): Promise<ReadonlyMap<string, string>> {
  // Where contents have ids they stay as they are.
  const known = tree.contentIdOf && read.get(tree);
  if (known) return known;
  const texts = new Map<string, string>();
  for (const path of await tree.listFiles()) {
    const { text } = decode(await tree.readFile(path));
    if (text !== undefined) texts.set(path, text);
  }
  read.set(tree, texts);
  return texts;
}

const read = new WeakMap<ConfigTree, ReadonlyMap<string, string>>();

/** A tree gives the same bytes for a file that did not change. */
const decode = oncePer((bytes: Buffer) => ({
  text: bytes.byteLength <= TEXT_LIMIT_BYTES ? bytes.toString("utf8") : undefined,
}));
