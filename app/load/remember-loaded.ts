import { LRUCache } from "lru-cache";
import type { ConfigTree } from "./config-tree.ts";

/** Twice the hubs of the largest fleet that we know of, so that base and head of a change stay side by side. */
const LIMIT = 2_000;

const loaded = new LRUCache<string, object>({ max: LIMIT });

/**
 * A hub or a chart whose files are what they were is the same object as before, so that whoever worked something out from it need not
 * do it again.
 * @param as names what is made, with all that it depends on besides the files
 * @param files every file that it depends on, those that others share included
 */
export async function rememberLoaded<Loaded extends object>(
  tree: ConfigTree,
  as: string,
  files: Iterable<string>,
  load: () => Promise<Loaded>,
): Promise<Loaded> {
  const key = keyOf(tree, as, files);
  // Only this function writes, and the name of what is made is part of the key.
  const known = key === undefined ? undefined : (loaded.get(key) as Loaded | undefined);
  if (known !== undefined) return known;
  const fresh = await load();
  if (key !== undefined) loaded.set(key, fresh);
  return fresh;
}

function keyOf(tree: ConfigTree, as: string, files: Iterable<string>): string | undefined {
  let key = as;
  for (const file of files) {
    const id = tree.contentIdOf?.(file);
    if (id === undefined) return undefined;
    key += `\n${id} ${file}`;
  }
  return key;
}
