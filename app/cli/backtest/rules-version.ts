import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

const APP = path.resolve(import.meta.dirname, "../..");
/** All code that a verdict depends on. */
const FOLDERS = ["adapters/charts", "adapters/git", "cli/backtest", "cli/charts", "domain", "load", "pipeline", "validate"];

/** Names the rules and what they read with: their own source, so that nobody has to remember to count a number up. */
export async function rulesVersion(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of FOLDERS) {
    const entries = await readdir(path.join(APP, folder), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    for (const file of files.sort())
      hash
        .update(path.relative(APP, file))
        .update("\0")
        .update(await readFile(file))
        .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}
