/** What a person can mend: shown as three sentences, never with a stack trace. */
export class ToolError extends Error {
  override readonly name = "ToolError";

  constructor(problem: { what: string; why: string; fix: string }) {
    super(`${problem.what}\n${problem.why}\n${problem.fix}`);
  }
}

/** Runs a script's main function: what a person can mend is told in words, anything else is a bug and shows its stack. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(
      `${error instanceof ToolError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
