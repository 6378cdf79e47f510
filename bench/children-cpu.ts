import { readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const TICK_MS = 10;

/**
 * Processor time of all child processes that have ended so far: on a machine that is shared it says more than the clock does.
 * @returns undefined where the system has no /proc
 * @see proc_pid_stat(5), cutime and cstime
 */
export async function childrenCpuMs(): Promise<number | undefined> {
  const stat = await readFile("/proc/self/stat", "utf8").catch(() => undefined);
  // The name of the program, in brackets, may hold blanks: fields are counted from its end.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [Number(fields?.[13]), Number(fields?.[14])];
  return Number.isNaN(user + system) ? undefined : (user + system) * TICK_MS;
}
