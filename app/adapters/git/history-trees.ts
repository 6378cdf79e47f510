import { type GitTree, readBlobs, refuseTooLarge, type TreeEntry } from "./git-tree.ts";
import type { HistoryState } from "./read-history.ts";

/** Well below what one answer of git may hold. */
const READ_AHEAD_BYTES = 16 * 1024 * 1024;

/** The trees of a history one after the other, each made from the one before by what changed. */
export interface HistoryTrees {
  /**
   * The files of one state. Good until the next call: going on changes it.
   * @throws {ConfigError} `tree-too-large`
   */
  treeOf(index: number): Omit<GitTree, "listRefused">;
  /** Reads what the states from one to before another hold, in one call of git. */
  readAhead(from: number, to: number): Promise<void>;
}

export function openHistoryTrees(repositoryDir: string, states: readonly HistoryState[]): HistoryTrees {
  const entries = new Map<string, TreeEntry>();
  const contents = new Map<string, Buffer>();
  let reached = -1;

  function goTo(index: number): void {
    if (index < reached) {
      entries.clear();
      reached = -1;
    }
    for (; reached < index; reached++) {
      for (const { path, entry } of states[reached + 1]?.changes ?? []) {
        if (entry) entries.set(path, entry);
        else entries.delete(path);
      }
    }
  }

  async function contentOf(path: string): Promise<Buffer> {
    const entry = entries.get(path);
    if (!entry) throw new Error(`no file ${path} in state ${states[reached]?.sha}`);
    const known = contents.get(entry.object) ?? (await readBlobs(repositoryDir, [entry])).get(entry.object);
    if (!known) throw new Error(`git gave no content for ${entry.object}`);
    return known;
  }

  return {
    treeOf(index) {
      goTo(index);
      refuseTooLarge([...entries.values()]);
      return {
        listFiles: async () => [...entries.keys()],
        readFile: contentOf,
        contentIdOf: (path) => entries.get(path)?.object,
      };
    },

    async readAhead(from, to) {
      goTo(from);
      const changed = states.slice(from + 1, to).flatMap(({ changes }) => changes.flatMap(({ entry }) => entry ?? []));
      const wanted = new Map<string, TreeEntry>();
      let bytes = 0;
      for (const entry of [...entries.values(), ...changed]) {
        bytes += entry.bytes;
        if (bytes > READ_AHEAD_BYTES) break;
        wanted.set(entry.object, entry);
      }
      contents.clear();
      for (const [object, content] of await readBlobs(repositoryDir, [...wanted.values()])) contents.set(object, content);
    },
  };
}
