import { LRUCache } from "lru-cache";
import type { ConfigTree } from "./config-tree.ts";

/** In bytes of YAML; parsed, a file takes about twenty times its size. A fleet of a thousand hubs has some 10 MiB, and each is read in two ways. */
const LIMIT_BYTES = 32 * 1024 * 1024;

const parsed = new LRUCache<string, object>({ maxSize: LIMIT_BYTES });

/**
 * Nearly all files of a commit are those of the commit before: what one says is worked out once for each content.
 * The path counts too, because findings and places name it.
 * @param as what the file is read as; the same content may be read in several ways
 * @param parse must depend on the file's path and content alone, and nobody may change what it gives
 */
export async function rememberParsed<Parsed extends object>(
  tree: ConfigTree,
  path: string,
  as: string,
  parse: (bytes: Buffer) => Parsed,
): Promise<Parsed> {
  const id = tree.contentIdOf?.(path);
  if (id === undefined) return parse(await tree.readFile(path));
  const key = `${as} ${id} ${path}`;
  // Only this function writes, and the name of the way to read is part of the key.
  const known = parsed.get(key) as Parsed | undefined;
  if (known !== undefined) return known;
  const bytes = await tree.readFile(path);
  const fresh = parse(bytes);
  parsed.set(key, fresh, { size: Math.max(bytes.byteLength, 1) });
  return fresh;
}
