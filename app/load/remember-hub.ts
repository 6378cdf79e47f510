import { LRUCache } from "lru-cache";
import type { ConfigTree } from "./config-tree.ts";
import type { LoadedHub } from "./load-hub.ts";

/** Twice the largest fleet that we know of, so that base and head of a change stay side by side. */
const HUBS_LIMIT = 2_000;

const hubs = new LRUCache<string, LoadedHub>({ max: HUBS_LIMIT });

/**
 * A hub whose files are what they were is the same object as before, so that whoever worked something out from it need not do it again.
 * @param files every file that the hub depends on, those that all hubs share included
 */
export async function rememberHub(
  tree: ConfigTree,
  name: string,
  files: readonly string[],
  load: () => Promise<LoadedHub>,
): Promise<LoadedHub> {
  const key = keyOf(tree, name, files);
  const known = key === undefined ? undefined : hubs.get(key);
  if (known) return known;
  const fresh = await load();
  if (key !== undefined) hubs.set(key, fresh);
  return fresh;
}

function keyOf(tree: ConfigTree, name: string, files: readonly string[]): string | undefined {
  let key = name;
  for (const file of files) {
    const id = tree.contentIdOf?.(file);
    if (id === undefined) return undefined;
    key += `\n${id} ${file}`;
  }
  return key;
}
