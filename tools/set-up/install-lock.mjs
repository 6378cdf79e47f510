// A lock file with the holder's process id, a word that is new each time, and the id of the npm that the holder started, if any:
// npm goes on when only the holder is killed.
// free    no file. Left by linking a finished file into place, so that nobody ever reads half a lock.
// held    one of the processes in it lives. Left when the holder removes its file.
// stale   they are gone (killed). Whoever first creates the mark named after the stale lock's word may remove that lock and no
//         other one, so that two waiters cannot remove each other's new locks.
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from "node:fs";
import path from "node:path";

/** The death of a process makes no event in a folder. */
const LOOK_AGAIN_MS = 500;

/**
 * @param {string} directory where the lock lives; made when missing
 * @param {(holder: number, lockFile: string) => void} onWaiting told once, when somebody else holds it
 * @returns {Promise<{release: () => void, shareWith: (processId: number | undefined) => void}>} `shareWith` names the npm that works under it
 */
export async function takeInstallLock(directory, onWaiting) {
  mkdirSync(directory, { recursive: true });
  const lockFile = path.join(directory, "install.lock");
  const mine = `${process.pid} ${randomUUID()}`;
  let told = false;
  while (!createAtOnce(lockFile, mine)) {
    const theirs = readLock(lockFile);
    if (theirs === undefined) continue;
    const [owner, word, npm = owner] = theirs.split(" ");
    const holder = [owner, npm].map(Number).find(isAlive);
    if (holder === undefined && removeStale(lockFile, theirs, word)) continue;
    if (!told && holder !== undefined) onWaiting(holder, lockFile);
    told ||= holder !== undefined;
    await change(directory);
  }
  return {
    release: () => rmSync(lockFile, { force: true }),
    shareWith: (processId) => replaceAtOnce(lockFile, `${mine} ${processId}`),
  };
}

function createAtOnce(file, text) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function removeStale(lockFile, theirs, word) {
  const mark = `${lockFile}.stale-${word}`;
  if (!createAtOnce(mark, String(process.pid))) return false;
  if (readLock(lockFile) === theirs) rmSync(lockFile, { force: true });
  rmSync(mark, { force: true });
  return true;
}

function replaceAtOnce(file, text) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

function readLock(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function isAlive(processId) {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Somebody else's process may be looked at but not be signalled.
    return error.code === "EPERM";
  }
}

function change(directory) {
  return new Promise((resolve) => {
    const watcher = watch(directory);
    const timer = setTimeout(done, LOOK_AGAIN_MS);
    function done() {
      clearTimeout(timer);
      watcher.close();
      resolve();
    }
    watcher.once("change", done);
    watcher.once("error", done);
  });
}
