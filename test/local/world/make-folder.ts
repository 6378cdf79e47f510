import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A folder for one world; `remove` after its end. */
export async function makeFolder(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(path.join(tmpdir(), "campanile-world-"));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}
