import { execa } from "execa";

/** Local repositories only: a git call that takes longer hangs. */
const TIME_LIMIT_MS = 30_000;
const OUTPUT_LIMIT_BYTES = 128 * 1024 * 1024;

export interface GitCall {
  gitDir: string;
  args: readonly string[];
  input?: string | Uint8Array;
  environment?: Readonly<Record<string, string>>;
  /** Exit codes besides 0 that are answers and not failures. */
  answers?: readonly number[];
}

export interface GitAnswer {
  exitCode: number;
  bytes: Buffer;
  /** The output as text, without its last line end. */
  text: string;
}

/**
 * Runs git in one bare repository with a fixed environment: nothing of the machine's or the user's configuration takes part.
 * @throws {Error} with git's own words when it ends with a code that is not in `answers`
 */
export async function runGit(call: GitCall): Promise<GitAnswer> {
  const result = await execa("git", ["--git-dir", call.gitDir, ...call.args], {
    env: { ...gitEnvironment(), ...call.environment },
    extendEnv: false,
    encoding: "buffer",
    timeout: TIME_LIMIT_MS,
    maxBuffer: OUTPUT_LIMIT_BYTES,
    stripFinalNewline: false,
    reject: false,
    ...(call.input === undefined ? { stdin: "ignore" as const } : { input: call.input }),
  });
  const exitCode = result.exitCode ?? -1;
  if (exitCode !== 0 && !call.answers?.includes(exitCode)) {
    const words = Buffer.from(result.stderr).toString("utf8").trim().slice(0, 1_000);
    throw new Error(`git ${call.args[0]} failed (${result.timedOut ? "too slow" : exitCode}): ${words}`);
  }
  const bytes = Buffer.from(result.stdout);
  return { exitCode, bytes, text: bytes.toString("utf8").replace(/\n$/, "") };
}

/** Also for `git http-backend`, which is started elsewhere. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    // A test run leaves hundreds of small repositories; their collection by git in the background would outlive it.
    GIT_CONFIG_COUNT: "4",
    GIT_CONFIG_KEY_0: "gc.auto",
    GIT_CONFIG_VALUE_0: "0",
    GIT_CONFIG_KEY_1: "maintenance.auto",
    GIT_CONFIG_VALUE_1: "false",
    GIT_CONFIG_KEY_2: "core.hooksPath",
    GIT_CONFIG_VALUE_2: "/dev/null",
    GIT_CONFIG_KEY_3: "safe.directory",
    GIT_CONFIG_VALUE_3: "*",
  };
}
