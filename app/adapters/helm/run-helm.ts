import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { devNull } from "node:os";
import path from "node:path";
import { type ExecaError, execa } from "execa";

export const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
const OUTPUT_END_BYTES = 1024 * 1024;
/** Between asking Helm to stop and ending it: enough to write down that the release failed. */
const KILL_GRACE_MS = 15_000;

export interface HelmProcessOptions {
  binary: string;
  /** Helm's own cache and configuration live here, so that no plugin or repository of a user takes part. */
  homeDir: string;
}

export interface HelmCall {
  args: readonly string[];
  stdin?: string;
  timeLimitSeconds: number;
  signal?: AbortSignal;
  /**
   * Nothing that Helm prints may end it when Campanile dies in the middle: what it writes to a pipe that nobody reads any more would.
   * Its output is then not limited while it runs.
   */
  isOutliving?: boolean;
}

export type HelmEnding =
  | { ok: true; stdout: string }
  | { ok: false; stderr: string; reason: "failed" | "timed-out" | "stopped" | "too-much-output" | "not-started" };

/**
 * Runs Helm in a process group of its own. When its time is up or the signal comes, the whole group is asked to stop and then killed.
 * The exit code is only half the truth: what became of a release is read from the cluster.
 */
export async function runHelm(options: HelmProcessOptions, call: HelmCall): Promise<HelmEnding> {
  await mkdir(options.homeDir, { recursive: true });
  await using output = call.isOutliving ? await openNameless(options.homeDir) : undefined;
  const toOutput = output ? createWriteStream("", { fd: output.fd, autoClose: false }) : "pipe";
  const child = execa(options.binary, call.args, {
    env: helmEnvironment(options.homeDir),
    extendEnv: false,
    detached: true,
    cleanup: false,
    maxBuffer: OUTPUT_LIMIT_BYTES,
    reject: true,
    stdout: toOutput,
    stderr: toOutput,
    ...(call.stdin === undefined ? { stdin: "ignore" as const } : { input: call.stdin }),
  });
  let reason: "timed-out" | "stopped" | undefined;
  let killer: NodeJS.Timeout | undefined;
  const stop = (why: "timed-out" | "stopped") => {
    reason ??= why;
    signalGroup(child.pid, "SIGTERM");
    killer ??= setTimeout(() => signalGroup(child.pid, "SIGKILL"), KILL_GRACE_MS);
  };
  const onAbort = () => stop("stopped");
  const timer = setTimeout(() => stop("timed-out"), call.timeLimitSeconds * 1000);
  call.signal?.addEventListener("abort", onAbort);
  if (call.signal?.aborted) onAbort();
  try {
    const { stdout } = await child;
    return { ok: true, stdout: stdout ?? "" };
  } catch (error) {
    const failure = error as ExecaError;
    const stderr = typeof failure.stderr === "string" ? failure.stderr : await endOf(output);
    return {
      ok: false,
      stderr,
      reason: reason ?? (failure.isMaxBuffer ? "too-much-output" : failure.code === "ENOENT" ? "not-started" : "failed"),
    };
  } finally {
    clearTimeout(timer);
    clearTimeout(killer);
    call.signal?.removeEventListener("abort", onAbort);
  }
}

/** Helm's errors quote values, so this file has no name: nobody else can open it, and nothing is left of it after a crash. */
async function openNameless(dir: string): Promise<FileHandle> {
  const file = path.join(dir, `output-${randomUUID()}`);
  const handle = await open(file, "wx+", 0o600);
  await unlink(file);
  return handle;
}

/** What Helm says at last is why it failed. */
async function endOf(output: FileHandle | undefined): Promise<string> {
  if (!output) return "";
  const { size } = await output.stat();
  const length = Math.min(size, OUTPUT_END_BYTES);
  const { buffer } = await output.read({ buffer: Buffer.alloc(length), position: size - length });
  return buffer.toString("utf8");
}

export function helmEnvironment(homeDir: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: homeDir,
    HELM_CACHE_HOME: path.join(homeDir, "cache"),
    HELM_CONFIG_HOME: path.join(homeDir, "config"),
    HELM_DATA_HOME: path.join(homeDir, "data"),
    HELM_PLUGINS: path.join(homeDir, "no-plugins"),
    // What a cluster can do is asked anew by each process: a copy for each address, and each render has its own, would fill the disk.
    KUBECACHEDIR: devNull,
  };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group ended by itself in the meantime.
  }
}
