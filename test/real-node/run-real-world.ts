import { once } from "node:events";
import { createInterface } from "node:readline";
import { execa } from "execa";
import type { WorldDescription } from "../../app/local/world/start-world.ts";
import { descendantsOf, signalQuietly } from "../local/world/look-at-processes.ts";

export interface RunningRealWorld extends WorldDescription {
  pid: number;
  /** Every process below it, also those in the node. */
  tree: number[];
  signal(signal: NodeJS.Signals): void;
  ended: Promise<unknown>;
}

/** A world with a real node in a process of its own, which can be ended in every way. */
export async function runRealWorld(dir: string, node: "real" | "both" = "real"): Promise<RunningRealWorld> {
  return followWorld([process.execPath, "--disable-warning=ExperimentalWarning", import.meta.filename, dir, node]);
}

/** @param command becomes this program */
export async function followWorld([command, ...args]: [string, ...string[]]): Promise<RunningRealWorld> {
  const child = execa(command, args, {
    detached: true,
    cleanup: false,
    reject: false,
    stdin: "ignore",
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error("the world was not started");
  const [line] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    child.then(({ stderr }) => Promise.reject(new Error(`the world ended before it was up: ${stderr}`))),
  ]);
  const world: WorldDescription = JSON.parse(String(line));
  return { ...world, pid, tree: await descendantsOf(pid), signal: (signal) => signalQuietly(pid, signal), ended: child };
}

/** `node run-real-world.ts FOLDER KIND` prints the world's description in one line, once all its parts answer. */
async function main(): Promise<void> {
  const [{ createEnding }, { startWorld }, { parseNodeKind }] = await Promise.all([
    import("../../app/local/world/create-ending.ts"),
    import("../../app/local/world/start-world.ts"),
    import("../../app/local/node/choose-node.ts"),
  ]);
  const ending = createEnding((why) => void process.stderr.write(`${why}\n`));
  const { stop: _stop, ...description } = await startWorld({
    dir: process.argv[2] ?? "",
    keeper: ending.keeper,
    node: parseNodeKind(process.argv[3] ?? ""),
    onCrash: ending.crash,
  });
  ending.nothingLeftToDo();
  process.stdout.write(`${JSON.stringify(description)}\n`);
}

if (import.meta.main) await main();
