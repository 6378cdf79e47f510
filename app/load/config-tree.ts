/** The files of one commit of a `deploy-config` repository. Paths use `/` and are relative to the repository's root. */
export interface ConfigTree {
  listFiles(): Promise<string[]>;
  readFile(path: string): Promise<Buffer>;
  /** Names a file's content, such as git's blob id: the same name is the same content, which then need not be parsed again. */
  contentIdOf?(path: string): string | undefined;
  /** What lies there and is never read. */
  listRefused?(): Promise<RefusedEntry[]>;
}

export interface RefusedEntry {
  path: string;
  /** A name may hold signs that no editor shows; size is that of one file. */
  why: "link" | "submodule" | "name" | "size";
}
