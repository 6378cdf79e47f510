import { type ExecaError, execa } from "execa";
import { ClusterError } from "../../domain/errors.ts";

/** Generous for a fetch of a large repository over a slow line; a hung server must not hold a preview for longer. */
const TIME_LIMIT_MS = 120_000;
/** A tree listing or a batch of configuration files; more than this is no `deploy-config`. */
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

export interface GitCall {
  /** A `.git` folder or a bare repository; else git looks for one from `workDir` upwards. */
  repositoryDir?: string;
  workDir?: string;
  args: readonly string[];
  stdin?: string;
  /** Sent as `Authorization` to the remote; goes by environment, so that no process list shows it. */
  authorization?: string;
  /** Exit codes besides 0 that are answers and not failures. */
  answers?: readonly number[];
}

/**
 * Runs git with a fixed environment: no system or user configuration, no prompts, no hooks.
 * @throws {ClusterError} `git-failed` with git's own last words
 */
export async function runGit(call: GitCall): Promise<{ stdout: Buffer; exitCode: number }> {
  try {
    const result = await execa("git", [...place(call), ...call.args], {
      env: gitEnvironment(call.authorization),
      extendEnv: false,
      encoding: "buffer",
      timeout: TIME_LIMIT_MS,
      maxBuffer: OUTPUT_LIMIT_BYTES,
      stripFinalNewline: false,
      ...(call.stdin === undefined ? { stdin: "ignore" as const } : { input: call.stdin }),
    });
    return { stdout: Buffer.from(result.stdout), exitCode: 0 };
  } catch (error) {
    const failure = error as ExecaError<{ encoding: "buffer" }>;
    if (failure.exitCode !== undefined && call.answers?.includes(failure.exitCode)) {
      return { stdout: Buffer.from(failure.stdout ?? []), exitCode: failure.exitCode };
    }
    throw gitError(call, failure);
  }
}

function place({ repositoryDir, workDir }: GitCall): string[] {
  if (repositoryDir !== undefined) return ["--git-dir", repositoryDir];
  return workDir === undefined ? [] : ["-C", workDir];
}

function gitEnvironment(authorization: string | undefined): Record<string, string> {
  const settings: [string, string][] = [
    ["safe.directory", "*"],
    ["core.hooksPath", "/dev/null"],
    ["gc.auto", "0"],
    ["protocol.allow", "never"],
    ["protocol.http.allow", "always"],
    ["protocol.https.allow", "always"],
  ];
  if (authorization !== undefined) settings.push(["http.extraHeader", `Authorization: ${authorization}`]);
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_COUNT: String(settings.length),
  };
  for (const [index, [key, value]] of settings.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}

const REASON_LIMIT_CHARACTERS = 500;

/** Who redacts it later knows no half of a secret. */
function wholeWords(text: string): string {
  return text.length <= REASON_LIMIT_CHARACTERS ? text : `${text.slice(0, REASON_LIMIT_CHARACTERS).replace(/\S+$/, "")}…`;
}

function gitError(call: GitCall, failure: ExecaError<{ encoding: "buffer" }>): ClusterError {
  const verb = call.args.find((arg) => !arg.startsWith("-")) ?? "";
  const words = Buffer.from(failure.stderr ?? [])
    .toString("utf8")
    .trim()
    .split("\n")
    .slice(-3)
    .join(" ");
  return new ClusterError(
    {
      code: "git-failed",
      what: `git ${verb} did not work.`,
      why: failure.timedOut ? `It took longer than ${TIME_LIMIT_MS / 1000} s.` : wholeWords(words) || "It gave no reason.",
      fix: "If GitHub is reachable and the App is still installed on the repository, Campanile will get through when it tries again.",
      canRetry: true,
    },
    {
      cause: failure.timedOut
        ? undefined
        : new Error(`git ${verb} ended with ${failure.exitCode ?? failure.signal ?? "an unknown status"}`),
    },
  );
}
