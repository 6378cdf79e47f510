import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks again and again until there is something to see.
 * @param what what is waited for, told when it does not come
 * @param look resolves with undefined, false or null while it has not come
 * @throws {Error} after the time limit, so that a test never hangs without a word
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false | null>,
  { limitSeconds = 90, intervalMs = 25 }: { limitSeconds?: number; intervalMs?: number } = {},
): Promise<T> {
  const endMs = performance.now() + limitSeconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false && seen !== null) return seen;
    if (performance.now() > endMs) throw new Error(`in ${limitSeconds} s this did not happen: ${what}`);
    await sleep(intervalMs);
  }
}
