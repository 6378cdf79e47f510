import type { Finding } from "../domain/finding.ts";
import { blame } from "./blame.ts";
import type { ConfigTree, RefusedEntry } from "./config-tree.ts";

const WORDS: Readonly<Record<RefusedEntry["why"], Pick<Finding, "what" | "why" | "fix">>> = {
  link: {
    what: "is a symbolic link and was not read.",
    why: "Campanile follows no links, so that none can lead out of the repository: what is behind this one would be missing.",
    fix: "Put the file itself there.",
  },
  submodule: {
    what: "is a submodule and was not read.",
    why: "What is in it belongs to another repository, which Campanile does not see.",
    fix: "Put the files themselves there.",
  },
  name: {
    what: "has a name that Campanile does not read.",
    why: "A sign in it cannot be seen, it has a backslash, or it is longer or deeper than any file of a fleet.",
    fix: "Rename it with letters, digits, dots, dashes and underscores.",
  },
  size: {
    what: "is larger than 1 MiB and was not read.",
    why: "So that one pull request cannot take Campanile's memory; files of a fleet are far smaller.",
    fix: "Move data out of the file.",
  },
};

/**
 * What lies where the fleet's files are, and is not read.
 * @param isOfFleet whether a path is one that would be read, or holds such
 */
export async function refusedEntries(tree: ConfigTree, isOfFleet: (path: string) => boolean): Promise<Finding[]> {
  const refused = (await tree.listRefused?.()) ?? [];
  return refused
    .filter(({ path }) => isOfFleet(path))
    .map(({ path, why }) => {
      const { what, ...words } = WORDS[why];
      return blame({ file: path, line: 1 }, { code: "refused-file", what: `${path} ${what}`, ...words });
    });
}
