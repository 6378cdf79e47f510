/** The files of one commit of a `deploy-config` repository. Paths use `/` and are relative to the repository's root. */
export interface ConfigTree {
  listFiles(): Promise<string[]>;
  readFile(path: string): Promise<Buffer>;
}
