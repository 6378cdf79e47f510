import { readFile } from "node:fs/promises";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { ensureHubImages } from "../../app/local/images/hub-images.ts";
import { ensureNodeImages } from "../../app/local/images/node-images.ts";
import { chooseNode, mustRunRealNode, parseNodeKind } from "../../app/local/node/choose-node.ts";
import { startKeeper } from "../../app/local/world/keep-processes.ts";
import { startWorld, type WorldDescription } from "../../app/local/world/start-world.ts";
import { ensureTools, REAL_NODE_TOOLS, userCacheDir } from "../../tools/install-tools.ts";

declare module "vitest" {
  export interface ProvidedContext {
    world: WorldDescription;
  }
}

const WORLD_DIR = path.join(import.meta.dirname, "../../.campanile/test");

/**
 * One world for the whole run; each story brings an institution of its own. While you write a test, `npm run world` in another
 * terminal and `CAMPANILE_WORLD=.campanile/world.json npm test -- FILE` save its start.
 */
export default async function startSharedWorld(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env.CAMPANILE_WORLD;
  if (running !== undefined) {
    const world = await readWorld(running);
    process.stderr.write(`The nodes of this run: ${world.node}\n`);
    project.provide("world", world);
    return async () => {};
  }
  const asked = parseNodeKind(process.env.CAMPANILE_NODE ?? "simulated");
  const { kind: node, missing } = await chooseNode(asked);
  const left = asked === "simulated" ? ["  the long tests of test/real-node are not run; ask for them with --node both"] : [];
  // Those that are not long start worlds of their own in every run; where that is a must, what apt has is installed for them.
  if (asked === "simulated" && mustRunRealNode()) await chooseNode("real");
  process.stderr.write(
    [`The nodes of this run: ${node}`, ...missing.map((reason) => `  not ${asked}: ${reason}`), ...left, ""].join("\n"),
  );
  // Tests in test/real-node start worlds of their own, in time only if what they need is there.
  if (node !== "simulated") {
    const tools = await ensureTools(REAL_NODE_TOOLS);
    await Promise.all([ensureNodeImages(tools.coredns, userCacheDir()), ensureHubImages(userCacheDir())]);
  }
  const keeper = startKeeper();
  const { stop, ...description } = await startWorld({
    dir: WORLD_DIR,
    node,
    keeper,
    onCrash: (message) => process.stderr.write(`${message}\n`),
  });
  project.provide("world", description);
  return stop;
}

async function readWorld(file: string): Promise<WorldDescription> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    const fix = "Start it with `npm run world` in another terminal, or unset CAMPANILE_WORLD.";
    throw new Error(`CAMPANILE_WORLD names ${file}, which describes no world that is up. ${fix}`, { cause });
  }
}
