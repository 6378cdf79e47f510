import path from "node:path";
import { parseCLI, type Reporter, startVitest, type TestModule } from "vitest/node";
import { ALL_TOOLS, ensureTools } from "./install-tools.ts";
import { runMain } from "./tool-error.ts";

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Runs the tests with every tool in place. Arguments are Vitest's own: names of files, `-t title`, and so on; and `--node KIND`, what
 * pods of the shared world run on.
 * The last line on stdout says how many passed and failed; an error outside of any test counts as a failure.
 */
async function runTests(args: readonly string[], tally: Tally): Promise<void> {
  await ensureTools(ALL_TOOLS);
  const { filter, options } = parseCLI(["vitest", "run", ...takeNode(args)]);
  const root = path.resolve(options.root ?? path.dirname(import.meta.dirname));
  const reporters = ["verbose", createTallyReporter(tally)];
  const vitest = await startVitest(filter, { ...options, root, dir: path.join(root, "test"), watch: false, reporters });
  await vitest.close();
}

/** The world is started by Vitest's set-up, which is told by the environment. */
function takeNode(args: readonly string[]): string[] {
  const at = args.indexOf("--node");
  if (at === -1) return [...args];
  process.env.CAMPANILE_NODE = args[at + 1] ?? "";
  return args.toSpliced(at, 2);
}

function createTallyReporter(tally: Tally): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      for (const module of modules) addModule(tally, module);
      tally.failed += unhandledErrors.length;
    },
  };
}

function addModule(tally: Tally, module: TestModule): void {
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    // A run that was cut short leaves tests pending: they are not known to pass.
    tally[state === "pending" ? "failed" : state] += 1;
  }
  const outside = [module, ...module.children.allSuites()].flatMap((part) => part.errors());
  tally.failed += outside.length;
}

function describeTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

async function main(): Promise<void> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  process.exitCode = 0;
  await runMain(() => runTests(process.argv.slice(2), tally));
  if (tally.passed + tally.failed === 0 && process.exitCode === 0) process.stderr.write("No tests ran.\n");
  const failed = process.exitCode !== 0 || tally.failed > 0 || tally.passed === 0;
  // Whatever a test left open must neither hold the run up nor write below its last line.
  process.stdout.write(`${describeTally(tally)}\n`, () => process.exit(failed ? 1 : 0));
}

await main();
