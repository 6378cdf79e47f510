import { spawn } from "node:child_process";
import path from "node:path";

/** Makes sure that no process outlives the world. */
export interface Keeper {
  /**
   * @param target a process id, or the negative id of a process group
   * @param signal what asks it to end
   */
  keep(target: number, signal?: NodeJS.Signals): void;
  forget(target: number): void;
  /** From the moment it was asked to end them all: a process that ends now has not crashed, and none may be started. */
  isClosing(): boolean;
  /** Ends whatever is still kept, and the keeper itself. */
  close(): Promise<void>;
}

/** Starts the keeper in a session of its own, so that a Ctrl-C for the world does not reach it first. */
export function startKeeper(): Keeper {
  const kept = new Map<number, NodeJS.Signals>();
  let isClosing = false;
  // A keeper that was killed leaves nobody to end the rest, so the next one takes over.
  const start = (): KeeperProcess => {
    const started = spawnKeeper(() => {
      if (!isClosing) running = start();
    });
    for (const [target, signal] of kept) started.send(`keep ${target} ${signal}`);
    return started;
  };
  let running = start();
  return {
    isClosing: () => isClosing,
    keep(target, signal = "SIGTERM") {
      kept.set(target, signal);
      running.send(`keep ${target} ${signal}`);
    },
    forget(target) {
      kept.delete(target);
      running.send(`forget ${target}`);
    },
    async close() {
      isClosing = true;
      await running.end();
    },
  };
}

interface KeeperProcess {
  send(line: string): void;
  end(): Promise<void>;
}

function spawnKeeper(onExit: () => void): KeeperProcess {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "keeper.mjs")], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // It has ended; whoever takes over is told everything anew.
  child.stdin.on("error", () => {});
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  exited.then(onExit);
  child.unref();
  return {
    send: (line) => void child.stdin.write(`${line}\n`),
    async end() {
      child.stdin.end();
      await exited;
    },
  };
}
