import path from "node:path";
import { execa } from "execa";

const CLI = path.resolve(import.meta.dirname, "../../app/cli/campanile.ts");

/** The command as a person runs it, without a terminal. It is never thrown: the test looks at exit code and output. */
export const campanile = (args: readonly string[], { cwd, env }: { cwd?: string; env?: Record<string, string> } = {}) =>
  execa(...campanileCommand(args), {
    ...(cwd === undefined ? {} : { cwd }),
    reject: false,
    stdin: "ignore",
    env: { NO_COLOR: "1", ...env },
  });

/** Program and arguments, for a test that starts it in a way of its own. */
export const campanileCommand = (args: readonly string[]): [string, string[]] => [
  process.execPath,
  ["--disable-warning=ExperimentalWarning", CLI, ...args],
];
