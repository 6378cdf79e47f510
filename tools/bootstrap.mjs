// Runs on a clone with nothing installed, on whatever Node the machine has: plain JavaScript, Node's own modules only,
// nothing newer than Node 18, so that an old Node reads as far as the message that says it is too old.
import { readFileSync, realpathSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describeMissing, findMissing } from "./set-up/check-machine.mjs";
import { ensurePackages } from "./set-up/ensure-packages.mjs";
import { runChild } from "./set-up/run-child.mjs";

/**
 * Without them Node takes memory as if the machine were all its own: twice what Campanile needs. A thousand hubs take a quarter of it.
 * And each thread keeps what it gave back to itself, where two stores for all of them do.
 */
const settings = JSON.parse(readFileSync(new URL("set-up/node-settings.json", import.meta.url), "utf8"));

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * Checks the machine, installs this project's packages where needed, then runs a script under the Node that came with them.
 * @param {string | undefined} script relative to the project's root; without one only the set-up is done
 * @param {string[]} args handed to the script as they are
 * @returns {Promise<number>} the script's exit code, 128 + n when signal n ended it, 1 when the set-up failed (and said why on stderr)
 */
export async function bootstrap(script, args) {
  const missing = findMissing();
  if (missing.length > 0) {
    process.stderr.write(describeMissing(missing));
    return 1;
  }
  const node = path.join(root, "node_modules", ".bin", "node");
  const problem = await ensurePackages(root, node);
  if (problem !== undefined) {
    process.stderr.write(`campanile: ${problem}\n`);
    return 1;
  }
  if (script === undefined) return 0;
  // The caller's working directory stays: the command line is used inside other repositories.
  // The fourth channel carries nothing: the script sees it close when this process is killed and can hand on no signal any more.
  const env = { ...settings.environment, ...withCompileCache(process.env) };
  const options = { stdio: ["inherit", "inherit", "inherit", "ipc"], env };
  const ending = await runChild(node, [...settings.flags, path.resolve(root, script), ...args], options);
  return ending.signal === null ? ending.code : 128 + os.constants.signals[ending.signal];
}

/** What Node made of the sources is kept: to make it anew is half of the time in which a command or Campanile starts. */
function withCompileCache(env) {
  return { ...env, NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? path.join(root, "node_modules", ".cache", "compiled") };
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await bootstrap(process.argv[2], process.argv.slice(3));
}
