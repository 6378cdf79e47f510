import { rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import type { Institution } from "./start-institution.ts";
import type { World } from "./start-world.ts";

/**
 * `world.json`: every address, token, path and process id, for programs that look around and tests that use a world which is up.
 * It holds secrets, so it is for its owner only, and it goes away with the world.
 */
export async function writeWorldFile(file: string, world: World, institution: Institution): Promise<void> {
  const { stop: _stop, processes, ...addresses } = world;
  const { campanile, seeded, ...described } = institution;
  const content = {
    ...addresses,
    processes: { ...processes, campanile: campanile.pid() },
    institution: { ...described, ageKeyFile: seeded.ageKeyFile },
  };
  await rm(file, { force: true });
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  process.once("exit", () => rmSync(file, { force: true }));
}
