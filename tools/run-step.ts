import { execa } from "execa";
import { ToolError } from "./tool-error.ts";

const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;
const LAST_LINES = 15;

export interface Step {
  /** As it is told when it fails: "helm: go build". */
  name: string;
  command: string;
  args: readonly string[];
  directory: string;
  environment?: Readonly<Record<string, string>>;
  timeLimitMinutes: number;
  /** What a person does about it. */
  fix: string;
}

/**
 * Runs one program of the installation to its end, without input.
 * @returns what it wrote, both streams as they came
 * @throws {ToolError} with its last lines when it cannot be started, fails, or takes too long
 */
export async function runStep(step: Step): Promise<string> {
  const result = await execa(step.command, step.args, {
    cwd: step.directory,
    env: { ...step.environment },
    stdin: "ignore",
    all: true,
    timeout: step.timeLimitMinutes * 60_000,
    maxBuffer: OUTPUT_LIMIT_BYTES,
    reject: false,
  });
  if (!result.failed) return result.all;
  const ending = result.timedOut
    ? `was stopped after ${step.timeLimitMinutes} minutes`
    : result.code === "ENOENT"
      ? `could not start: there is no ${step.command}`
      : `failed (${result.signal ?? `exit code ${result.exitCode}`})`;
  throw new ToolError({ what: `${step.name} ${ending}.`, why: lastLines(result.all ?? ""), fix: step.fix });
}

function lastLines(output: string): string {
  const lines = output.trimEnd().split("\n").slice(-LAST_LINES);
  // A module proxy's address may carry a password.
  const text = lines.map((line) => `  ${line}`.replace(/\/\/[^/@\s]+@/g, "//***@")).join("\n");
  return text.trim() === "" ? "It wrote nothing." : `Its last lines:\n${text}`;
}
