import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Keeper } from "./keep-processes.ts";

export interface ProcessOptions {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  stdin?: string;
  /** Whom it runs as, where this is root and the program refuses to be. */
  user?: { uid: number; gid: number };
  /** What asks it to end; SIGTERM when left out. */
  stopSignal?: NodeJS.Signals;
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
/** What a process wrote is read to its end, unless a program that it left behind keeps the pipe open. */
const LAST_OUTPUT_MS = 500;
/** Lines: enough for what went wrong and the beginning of its stack. */
const LAST_WORDS = 12;

/** Only this: whatever else the shell of this world has set is none of its parts' business. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}

/**
 * Starts one part of the world in a process group of its own, with its output in a log file.
 * @throws when it cannot be run, or when the world is ending and nobody would end this part any more
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { name, keeper, stopSignal = "SIGTERM" } = options;
  await mkdir(options.logDir, { recursive: true });
  if (keeper.isClosing()) throw new Error(`${name} was not started: the world is ending`);
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...inherited(), LANG: "C.UTF-8", ...keeper.mark, ...options.env },
    ...options.user,
  });
  const pid = child.pid;
  if (pid === undefined) {
    const [error] = await once(child, "error");
    throw new Error(`${name} could not be started: ${error instanceof Error ? error.message : String(error)}`);
  }
  keeper.keep(-pid, stopSignal);
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");

  const logFile = path.join(options.logDir, `${name}.log`);
  const output = followOutput(child, logFile);
  let asked = false;
  let hasEnded = false;
  const exited = once(child, "exit").then(([code, signal]) => {
    hasEnded = true;
    // Whatever of its group is left has lost its purpose.
    signalGroup(pid, "SIGKILL");
    keeper.forget(-pid);
    const ending = signal ?? `exit code ${code}`;
    const isCrash = !asked && !keeper.isClosing();
    // Whoever ended of its own accord may have said why; whoever was killed has not.
    if (isCrash && signal === null) void output.ended.then(() => options.onCrash(tellEnd("ended by itself", ending)));
    else if (isCrash) options.onCrash(`${name} ended by itself (${ending}); its log is ${logFile}`);
    return ending;
  });
  const tellEnd = (how: string, ending: string) =>
    `${name} ${how} (${ending}); its log is ${logFile}\nIts last words:\n${output.lines.slice(-LAST_WORDS).join("\n")}`;
  const failed = Promise.all([exited, output.ended]).then(([ending]): never => {
    throw new Error(tellEnd("has ended", ending));
  });
  failed.catch(() => {});

  return {
    name,
    pid,
    logFile,
    exited: failed,
    waitForLine: (pattern) => Promise.race([output.find(pattern), failed]),
    async stop(signal = stopSignal) {
      asked = true;
      if (hasEnded) return;
      signalGroup(pid, signal);
      const killer = setTimeout(() => signalGroup(pid, "SIGKILL"), STOP_GRACE_MS);
      await exited;
      clearTimeout(killer);
    },
  };
}

/** How many lines are remembered for those who ask late and for last words. */
const LINES_KEPT = 400;

/** Writes both outputs to the log, line by line. */
function followOutput(child: ChildProcessByStdio<Writable, Readable, Readable>, logFile: string) {
  const log = createWriteStream(logFile, { flags: "a" });
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  const readers = [child.stdout, child.stderr].map((input) => createInterface({ input }));
  for (const reader of readers) {
    reader.on("line", (line) => {
      log.write(`${line}\n`);
      if (lines.push(line) > LINES_KEPT) lines.shift();
      for (const look of waiting) look(line);
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => setTimeout(resolve, LAST_OUTPUT_MS));
    child.once("close", resolve);
  }).then(() => {
    for (const reader of readers) reader.close();
    log.end();
  });
  const find = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve) => {
      const look = (line: string) => {
        const match = pattern.exec(line);
        if (!match) return false;
        waiting.delete(look);
        resolve(match);
        return true;
      };
      if (!lines.some(look)) waiting.add(look);
    });
  return { lines, ended, find };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
