import { runMain, ToolError } from "../tools/tool-error.ts";
import type { Bench } from "./bench.ts";
import { printRows } from "./print-rows.ts";

/** Each is loaded when it is named: what the others are made of would count as its memory. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  validate: async () => (await import("./validate/bench-validate.ts")).benchValidate,
  diff: async () => (await import("./diff/bench-diff.ts")).benchDiff,
  preview: async () => (await import("./preview/bench-preview.ts")).benchPreview,
  journey: async () => (await import("./journey/bench-journey.ts")).benchJourney,
};

/**
 * `npm run bench -- NAME [--json]`: measures one part of Campanile beside its peer, in the same run on the same machine.
 * With `--json` the last line on stdout is an object of figures.
 */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const [name = ""] = args.filter((arg) => arg !== "--json");
  const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!load) throw unknownBench(name);
  const bench = await load();
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
