/** The readable files of one commit. Paths are relative to the repository's root, with forward slashes. */
export interface ConfigTree {
  listFiles(): Promise<string[]>;
  /** @throws when the file is not in the tree */
  readFile(path: string): Promise<Buffer>;
}
