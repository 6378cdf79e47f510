import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";

/** Makes sure that no process outlives the world. */
export interface Keeper {
  /**
   * For the environment of whatever is started: between its start and its being told of, the world may be killed, and by this it is
   * found.
   */
  readonly mark: Readonly<Record<string, string>>;
  /**
   * @param target a process id, or the negative id of a process group
   * @param signal what asks it to end
   */
  keep(target: number, signal?: NodeJS.Signals): void;
  forget(target: number): void;
  /**
   * Also ends what runs with its home in this folder: a program that a part started in a group of its own, as Campanile does with
   * Helm, has no parent any more once that part has crashed.
   */
  keepHomesIn(dir: string): void;
  /** Also removes a control group and those below it, once all processes are gone. */
  keepCgroup(dir: string): void;
  /** Runs a program with its arguments, once all processes are gone. */
  runLast(command: readonly string[]): void;
  /** From the moment it was asked to end them all: a process that ends now has not crashed, and none may be started. */
  isClosing(): boolean;
  /** Ends whatever is still kept, and the keeper itself. */
  close(): Promise<void>;
}

/** Starts the keeper in a session of its own, so that a Ctrl-C for the world does not reach it first. */
export function startKeeper(): Keeper {
  const name = randomBytes(8).toString("hex");
  const kept = new Map<number, NodeJS.Signals>();
  const homes = new Set<string>();
  const cgroups = new Set<string>();
  const last = new Set<string>();
  let isClosing = false;
  // A keeper that was killed leaves nobody to end the rest, so the next one takes over.
  const start = (): KeeperProcess => {
    const started = spawnKeeper(`${MARK}=${name}`, () => {
      if (!isClosing) running = start();
    });
    for (const [target, signal] of kept) started.send(`keep ${target} ${signal}`);
    for (const dir of homes) started.send(`homes ${dir}`);
    for (const dir of cgroups) started.send(`cgroup ${dir}`);
    for (const command of last) started.send(`last ${command}`);
    return started;
  };
  let running = start();
  return {
    mark: { [MARK]: name },
    isClosing: () => isClosing,
    keep(target, signal = "SIGTERM") {
      kept.set(target, signal);
      running.send(`keep ${target} ${signal}`);
    },
    forget(target) {
      kept.delete(target);
      running.send(`forget ${target}`);
    },
    keepHomesIn(dir) {
      homes.add(dir);
      running.send(`homes ${dir}`);
    },
    keepCgroup(dir) {
      cgroups.add(dir);
      running.send(`cgroup ${dir}`);
    },
    runLast(command) {
      last.add(JSON.stringify(command));
      running.send(`last ${JSON.stringify(command)}`);
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

const MARK = "CAMPANILE_WORLD_MARK";

function spawnKeeper(mark: string, onExit: () => void): KeeperProcess {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "keeper.mjs"), mark], {
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
      // Whoever waits for it may have nothing else left to do, and would end before it.
      child.ref();
      child.stdin.end();
      await exited;
    },
  };
}
