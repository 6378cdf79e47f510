import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { descendantsOf, signalQuietly } from "./look-at-processes.ts";
import type { SmallWorld } from "./small-world.ts";

export interface RunningSmallWorld extends SmallWorld {
  pid: number;
  /** Every process below it, the keeper among them. */
  tree: number[];
  /** How its first process ended. */
  ended: Promise<{ exitCode: number | undefined; signal: NodeJS.Signals | undefined; stderr: string }>;
  /** To its process group, as a terminal does, or to its first process alone. */
  signal(to: "group" | "process", signal: NodeJS.Signals): void;
}

const MAIN = path.join(import.meta.dirname, "small-world.ts");

/** Resolves when all parts answer. @throws with what it said when it ends first */
export async function runSmallWorld(dir: string, parts: readonly "kubernetes"[] = []): Promise<RunningSmallWorld> {
  const { pid, child, ended } = spawnSmallWorld(dir, parts);
  const line = await Promise.race([
    once(createInterface(child.stdout), "line"),
    ended.then(({ stderr }) => Promise.reject(new Error(`the small world ended before it was up: ${stderr}`))),
  ]);
  const world: SmallWorld = JSON.parse(String(line[0]));
  return {
    ...world,
    pid,
    tree: await descendantsOf(pid),
    ended,
    signal: (to, signal) => signalQuietly(to === "group" ? -pid : pid, signal),
  };
}

/** The same without waiting: for those who end it while it starts. */
export function spawnSmallWorld(dir: string, parts: readonly string[] = []) {
  // A process group of its own, as a shell gives to what it starts.
  const child = execa(process.execPath, [MAIN, dir, ...parts], {
    detached: true,
    cleanup: false,
    reject: false,
    stdin: "ignore",
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error("the small world was not started");
  const ended = child.then(({ exitCode, signal, stderr }) => ({ exitCode, signal, stderr }));
  return { pid, child, ended };
}
