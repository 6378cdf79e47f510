import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Keeper } from "./keep-processes.ts";

export interface ProcessOptions {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  stdin?: string;
  logDir: string;
  keeper: Keeper;
  /** Called when the process ends without having been asked to. */
  onCrash: (message: string) => void;
}

export interface RunningProcess {
  name: string;
  pid: number;
  logFile: string;
  /** Resolves with the first line of output that matches. @throws when the process ends first */
  waitForLine(pattern: RegExp): Promise<RegExpExecArray>;
  /** Rejects once the process has ended, however it did; never resolves. */
  exited: Promise<never>;
  /** Ends the whole process group. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** After this, a part that was asked to end is killed. */
const STOP_GRACE_MS = 5_000;

/** Starts one part of the world in a process group of its own, with its output in a log file. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { name, keeper } = options;
  await mkdir(options.logDir, { recursive: true });
  const logFile = path.join(options.logDir, `${name}.log`);
  const log = createWriteStream(logFile, { flags: "a" });
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: "C.UTF-8", ...options.env },
  });
  const pid = child.pid;
  if (pid === undefined) {
    const [error] = await new Promise<[Error]>((resolve) => child.once("error", (cause) => resolve([cause])));
    throw new Error(`${name} could not be started: ${error.message}`);
  }
  keeper.keep(-pid);
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");

  const seen: string[] = [];
  const waiters = new Set<() => void>();
  let ending: string | undefined;
  let asked = false;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      log.write(`${line}\n`);
      if (waiters.size === 0 && seen.length > 200) return;
      seen.push(line);
      for (const wake of waiters) wake();
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      ending = signal ?? `exit code ${code}`;
      keeper.forget(-pid);
      for (const wake of waiters) wake();
      if (!asked && !keeper.isClosing()) options.onCrash(`${name} ended by itself (${ending}); its log is ${logFile}`);
      log.end();
      resolve();
    });
  });

  const lastWords = () =>
    `${name} did not start (${ending}). Its last words:\n${seen.slice(-8).join("\n")}\nThe whole log: ${logFile}`;
  const failed = exited.then((): never => {
    throw new Error(lastWords());
  });
  failed.catch(() => {});

  return {
    name,
    pid,
    logFile,
    exited: failed,
    waitForLine: (pattern) =>
      new Promise((resolve, reject) => {
        let from = 0;
        const look = () => {
          for (; from < seen.length; from++) {
            const match = pattern.exec(seen[from] ?? "");
            if (match) {
              waiters.delete(look);
              return resolve(match);
            }
          }
          if (ending !== undefined) {
            waiters.delete(look);
            reject(new Error(lastWords()));
          }
        };
        waiters.add(look);
        look();
      }),
    async stop(signal = "SIGTERM") {
      asked = true;
      if (ending !== undefined) return;
      signalGroup(pid, signal);
      const killer = setTimeout(() => signalGroup(pid, "SIGKILL"), STOP_GRACE_MS);
      await exited;
      clearTimeout(killer);
    },
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
