// A folder of the cache is either whole or not there: it is filled under another name beside it and renamed when done.
// The lock only saves work. Should two hold it (a laptop that slept through the other's patience), both fill folders of their own
// and the second rename finds the place taken, which is just as good.
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { lock } from "proper-lockfile";

/** A holder that did not touch its lock for so long was killed. */
const STALE_AFTER_MS = 10_000;

export interface InstallJob {
  /** Absolute path of the folder to be made. */
  directory: string;
  /** The files that make it whole, relative to it. */
  files: readonly string[];
  /** Fills the empty folder that it is given. */
  install: (into: string) => Promise<void>;
  /** Told once, when somebody else is at it. */
  onWaiting: () => void;
}

/** Makes the folder unless it is there. Any number of processes may ask at once, and any may be killed at any moment. */
export async function installOnce(job: InstallJob): Promise<void> {
  if (await isWhole(job.directory, job.files)) return;
  await mkdir(path.dirname(job.directory), { recursive: true });
  const release = await takeLock(job);
  try {
    if (await isWhole(job.directory, job.files)) return;
    await sweep(job.directory);
    const draft = await mkdtemp(draftPrefix(job.directory));
    try {
      await job.install(draft);
      if (!(await isWhole(draft, job.files)))
        throw new Error(`the installation of ${job.directory} did not make ${job.files.join(", ")}`);
      await moveIntoPlace(draft, job);
    } finally {
      await rm(draft, { recursive: true, force: true, maxRetries: 3 });
    }
  } finally {
    await release();
  }
}

/** @returns whether every file is there and may be used */
export async function isWhole(directory: string, files: readonly string[]): Promise<boolean> {
  try {
    await Promise.all(files.map((file) => access(path.join(directory, file), constants.R_OK)));
    return true;
  } catch {
    return false;
  }
}

async function takeLock({ directory, onWaiting }: InstallJob): Promise<() => Promise<void>> {
  const options = { realpath: false, stale: STALE_AFTER_MS, onCompromised: () => {} };
  const release = await lock(directory, options).catch((error: unknown) => {
    if (!isLocked(error)) throw error;
    onWaiting();
    return lock(directory, { ...options, retries: { forever: true, minTimeout: 250, maxTimeout: 1_000 } });
  });
  return () => release().catch(() => {});
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ELOCKED";
}

function draftPrefix(directory: string): string {
  return `${directory}.building-`;
}

/** Whoever left these was killed: we hold the lock. */
async function sweep(directory: string): Promise<void> {
  const parent = path.dirname(directory);
  const names = (await readdir(parent)).filter((name) => name.startsWith(path.basename(draftPrefix(directory))));
  await Promise.all(names.map((name) => rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 3 })));
}

async function moveIntoPlace(draft: string, { directory, files }: InstallJob): Promise<void> {
  if (!(await isWhole(directory, files))) await rm(directory, { recursive: true, force: true });
  try {
    await rename(draft, directory);
  } catch (error) {
    if (!(await isWhole(directory, files))) throw error;
  }
}
