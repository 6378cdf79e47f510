import { spawnSync } from "node:child_process";
import { installCommand } from "./check-machine.mjs";
import { runChild } from "./run-child.mjs";

/** The project's own Node needs it, already while packages are installed; a machine without a compiler may have none. */
const LIBRARY = "libatomic.so.1";
const TRIAL_LIMIT_MS = 10_000;

/**
 * Root gets it from apt.
 * @param {(line: string) => void} say
 * @returns {Promise<string | undefined>} that it is missing and what to do, or nothing
 */
export async function ensureLibatomic(say) {
  if (isThere()) return undefined;
  if (process.getuid?.() === 0) {
    say("installing libatomic1 (apt-get), which the project's own Node needs");
    await installByApt("libatomic1");
    if (isThere()) return undefined;
  }
  const fix = `Install it: ${installCommand("libatomic")}. Then run the same command again.`;
  return `this machine has no ${LIBRARY}, without which the project's own Node cannot start. ${fix}`;
}

/** The loader itself is asked. Other systems' loaders use other words, and their Node may need something else. */
function isThere() {
  const env = { ...process.env, LD_PRELOAD: LIBRARY };
  const { stderr } = spawnSync("true", [], {
    encoding: "utf8",
    env,
    timeout: TRIAL_LIMIT_MS,
    stdio: ["ignore", "ignore", "pipe"],
  });
  return !stderr?.includes("cannot be preloaded");
}

async function installByApt(name) {
  const options = { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", name]]) {
    // Where there is no apt, or it cannot, what is still missing is told.
    await runChild("apt-get", args, options).catch(() => undefined);
  }
}
