// One world at a time has a folder, because a start empties it. The lock is a folder beside it that its holder touches each second.
// free    no lock. Left by taking it; entered when the holder's process ends in any way but SIGKILL, or lets go.
// held    the process whose id is in the file beside the lock lives. Whoever else wants the folder is refused.
// stale   that process is gone (SIGKILL, power cut) and nobody touches the lock any more: after two seconds it is free for all.
import { rmSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { ToolError } from "../../../tools/tool-error.ts";

const TOUCHED_EVERY_MS = 1_000;
const STALE_AFTER_MS = 2_000;
/** A lock that is touched by a process that we cannot see belongs to somebody in another container. */
const GIVE_UP_AFTER_MS = 4_000;
const LOOK_AGAIN_MS = 100;

/**
 * Takes a folder for one world, until `release` or the end of this process.
 * @param onLost called when somebody removed the lock, and with it perhaps the folder
 * @throws {ToolError} when another world has it
 */
export async function lockFolder(dir: string, onLost: (message: string) => void): Promise<() => Promise<void>> {
  const folder = path.resolve(dir);
  const holderFile = `${folder}.pid`;
  await mkdir(path.dirname(folder), { recursive: true });
  const onCompromised = () => onLost(`${folder}.lock was removed while the world ran, and its data may have been as well`);
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  for (let stale = Number.POSITIVE_INFINITY; ; stale = STALE_AFTER_MS) {
    try {
      const release = await lock(folder, { realpath: false, update: TOUCHED_EVERY_MS, stale, onCompromised });
      await writeFile(holderFile, String(process.pid));
      // The package would do this too, but its exit hook and the one of execa, another version of it, undo each other.
      const removeLock = () => rmSync(`${folder}.lock`, { recursive: true, force: true });
      process.once("exit", removeLock);
      return async () => {
        process.off("exit", removeLock);
        await release();
      };
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
    const holder = await readHolder(holderFile);
    const isAlive = holder !== undefined && isRunning(holder);
    if (isAlive || Date.now() > giveUpAt) throw refusal(folder, isAlive ? holder : undefined);
    await pause(LOOK_AGAIN_MS);
  }
}

function refusal(folder: string, holder: number | undefined): ToolError {
  const who = holder === undefined ? "somebody whom this machine does not see" : `process ${holder}`;
  const end = holder === undefined ? "" : `, or by: kill ${holder}`;
  return new ToolError({
    what: `No world was started: another one is using ${folder} (${who}).`,
    why: "A start empties its folder, and that would take the other world's data away.",
    fix: `Use the other one, or end it (q or Ctrl-C where it runs${end}), or start this one in another clone or, if it is no test, with --dir FOLDER.`,
  });
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ELOCKED";
}

async function readHolder(file: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may be looked at but not be signalled.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
