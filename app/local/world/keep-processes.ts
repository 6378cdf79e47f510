import { spawn } from "node:child_process";
import path from "node:path";

/** Makes sure that no process outlives the world. */
export interface Keeper {
  /** @param target a process id, or the negative id of a process group */
  keep(target: number): void;
  forget(target: number): void;
  /** From the moment it was asked to end them all: a process that ends now has not crashed. */
  isClosing(): boolean;
  /** Ends whatever is still kept, and the keeper itself. */
  close(): Promise<void>;
}

/** Starts the keeper in a session of its own, so that a Ctrl-C for the world does not reach it first. */
export function startKeeper(): Keeper {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "keeper.mjs")], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin.on("error", () => {});
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.unref();
  let isClosing = false;
  return {
    isClosing: () => isClosing,
    keep: (target) => void child.stdin.write(`keep ${target}\n`),
    forget: (target) => void child.stdin.write(`forget ${target}\n`),
    async close() {
      isClosing = true;
      child.stdin.end();
      await exited;
    },
  };
}
