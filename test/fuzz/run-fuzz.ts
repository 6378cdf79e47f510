import { FuzzFailure, fuzzLoader } from "./fuzz-loader.ts";

/** `npm run fuzz -- [INPUTS] [SEED]`: a seed of its own each day, and the one that failed can be given again. */
const [inputs = "1000000", seed = String(Math.floor(Date.now() / 86_400_000))] = process.argv.slice(2);

try {
  const startedAt = performance.now();
  const fuzzed = await fuzzLoader(Number(inputs), Number(seed), (done) => {
    if (done % 50_000 === 0) process.stdout.write(`${done} inputs\n`);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(
    `${fuzzed.inputs} inputs of seed ${seed} in ${seconds.toFixed(0)} s: nothing thrown; slowest ${fuzzed.slowestMs.toFixed(0)} ms, heap at most ${(fuzzed.heapPeakBytes / 1024 ** 2).toFixed(0)} MiB, ${fuzzed.accepted} without findings.\n`,
  );
} catch (error) {
  if (!(error instanceof FuzzFailure)) throw error;
  process.stderr.write(`Seed ${seed}: the loader ${error.message}\n`);
  process.exitCode = 1;
}
