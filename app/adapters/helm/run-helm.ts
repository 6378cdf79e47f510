import { mkdir } from "node:fs/promises";
import { devNull } from "node:os";
import path from "node:path";
import { type ExecaError, execa } from "execa";

export const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
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
  const child = execa(options.binary, call.args, {
    env: helmEnvironment(options.homeDir),
    extendEnv: false,
    detached: true,
    cleanup: false,
    maxBuffer: OUTPUT_LIMIT_BYTES,
    reject: true,
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
    return { ok: true, stdout: (await child).stdout };
  } catch (error) {
    const failure = error as ExecaError;
    const stderr = typeof failure.stderr === "string" ? failure.stderr : "";
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
