import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** A tool's binary in the user's cache; `npm test` installs it before any test runs. */
export async function findTool(tool: string, binary: string): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "campanile/tools");
  const installed = (await readdir(folder)).filter((name) => name.startsWith(`${tool}-`)).sort();
  const newest = installed.at(-1);
  if (newest === undefined) throw new Error(`${tool} is not in ${folder}; npm test installs it`);
  return join(folder, newest, binary);
}
