import { runMain, ToolError } from "../tools/tool-error.ts";
import type { Bench } from "./bench.ts";
import { benchDiff } from "./diff/bench-diff.ts";
import { benchJourney } from "./journey/bench-journey.ts";
import { benchPreview } from "./preview/bench-preview.ts";
import { printRows } from "./print-rows.ts";
import { benchValidate } from "./validate/bench-validate.ts";

const BENCHES: Readonly<Record<string, Bench>> = {
  validate: benchValidate,
  diff: benchDiff,
  preview: benchPreview,
  journey: benchJourney,
};

/**
 * `npm run bench -- NAME [--json]`: measures one part of Campanile beside its peer, in the same run on the same machine.
 * With `--json` the last line on stdout is an object of figures.
 */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const [name = ""] = args.filter((arg) => arg !== "--json");
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench) throw unknownBench(name);
  const rows = await bench((line) => process.stderr.write(`${line}\n`));
  process.stdout.write(printRows(rows));
  if (args.includes("--json")) {
    const figures = Object.fromEntries(rows.map(({ key, value }) => [key, Math.round(value * 1_000) / 1_000]));
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  }
}

function unknownBench(name: string): ToolError {
  return new ToolError({
    what: name === "" ? "No benchmark is named." : `There is no benchmark "${name}".`,
    why: `The benchmarks are ${Object.keys(BENCHES).join(", ")}.`,
    fix: "Name one of them: npm run bench -- validate",
  });
}

await runMain(main);
// Waits that a benchmark gave up on would keep it for minutes.
process.exit();
