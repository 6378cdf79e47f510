import { readFile } from "node:fs/promises";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { startWorld, type WorldDescription } from "../../app/local/world/start-world.ts";

declare module "vitest" {
  export interface ProvidedContext {
    world: WorldDescription;
  }
}

const WORLD_DIR = path.join(import.meta.dirname, "../../.campanile/test");

/**
 * One world for the whole run; each story brings an institution of its own. While you write a test, `npm run world` in another
 * terminal and `CAMPANILE_WORLD=.campanile/start/world.json npm test -- FILE` save its start.
 */
export default async function startSharedWorld(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env.CAMPANILE_WORLD;
  if (running !== undefined) {
    project.provide("world", JSON.parse(await readFile(running, "utf8")) as WorldDescription);
    return async () => {};
  }
  const {
    keeper: _keeper,
    stop,
    ...description
  } = await startWorld({
    dir: WORLD_DIR,
    onCrash: (message) => process.stderr.write(`${message}\n`),
  });
  project.provide("world", description);
  return stop;
}
