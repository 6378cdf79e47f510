import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensureLibatomic } from "./ensure-libatomic.mjs";
import { takeInstallLock } from "./install-lock.mjs";
import { runChild } from "./run-child.mjs";

const PROGRESS_EVERY_MS = 15_000;

/**
 * Runs `npm ci` unless node_modules already holds exactly what package-lock.json says. Two at once: the second waits and finds it done.
 * @param {string} root the folder of package-lock.json
 * @param {string} node the Node that the packages bring
 * @returns {Promise<string | undefined>} why it failed and what to do, or nothing
 */
export async function ensurePackages(root, node) {
  if (isCurrent(root, node)) return undefined;
  const lock = await takeInstallLock(path.join(root, ".campanile"), (holder, lockFile) =>
    say(`another run (process ${holder}) is installing packages here; waiting for it (${path.relative(root, lockFile)})`),
  );
  try {
    if (isCurrent(root, node)) return undefined;
    return (await ensureLibatomic(say)) ?? (await install(root, node, lock.shareWith));
  } finally {
    lock.release();
  }
}

async function install(root, node, onNpmStarted) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say("installing packages (npm ci)");
  // On a terminal npm draws its own progress.
  const timer = process.stderr.isTTY
    ? undefined
    : setInterval(() => say(`installing packages, ${seconds()} s`), PROGRESS_EVERY_MS);
  try {
    // All of npm's words go to stderr: stdout belongs to the script that runs afterwards.
    const options = { cwd: root, stdio: ["ignore", 2, 2], env: machineEnvironment(root) };
    // Node itself is one of the development packages, which npm leaves out where NODE_ENV is "production".
    const ending = await runChild("npm", ["ci", "--prefer-offline", "--include=dev"], options, onNpmStarted);
    if (ending.signal !== null) return `npm ci was ended by ${ending.signal}. Run the same command again: it starts anew.`;
    if (ending.code !== 0) {
      return `npm ci failed (exit code ${ending.code}); its own words are above. Mend what they name (often the network or a proxy), then run the same command again.`;
    }
  } finally {
    clearInterval(timer);
  }
  if (!existsSync(node)) {
    return 'npm ci ended well but left no Node: npm was told to skip install scripts. Run "npm config set ignore-scripts false", remove node_modules, then run the same command again.';
  }
  writeStamp(root);
  say(`packages installed in ${seconds()} s`);
  return undefined;
}

/** npm must run on the machine's own Node: the one in node_modules is deleted while it works. */
function machineEnvironment(root) {
  const own = path.join(root, "node_modules", ".bin");
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.resolve(folder) !== own);
  return { ...process.env, PATH: folders.join(path.delimiter) };
}

function isCurrent(root, node) {
  if (!existsSync(node)) return false;
  if (readText(stampFile(root)) === stampOf(root)) return true;
  if (!matchesRecordOfNpm(root)) return false;
  writeStamp(root);
  return true;
}

/**
 * Somebody who ran `npm install` by hand has no stamp and needs no second installation. npm notes what it put into node_modules in a
 * file of the lock's own shape, and writes it last.
 */
function matchesRecordOfNpm(root) {
  const wanted = readPackages(path.join(root, "package-lock.json"));
  const installed = readPackages(path.join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  for (const [where, entry] of Object.entries(wanted)) {
    const there = installed[where];
    // An optional package of another operating system is in the lock and not on the disk.
    if (where === "" || (there === undefined && entry.optional)) continue;
    if (there?.version !== entry.version || there?.integrity !== entry.integrity) return false;
  }
  return Object.keys(installed).every((where) => where in wanted);
}

function readPackages(file) {
  const text = readText(file);
  try {
    return text === undefined ? undefined : JSON.parse(text).packages;
  } catch {
    return undefined;
  }
}

function stampFile(root) {
  return path.join(root, "node_modules", ".campanile-stamp");
}

function stampOf(root) {
  const digest = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  return `${process.platform}-${process.arch} ${digest}\n`;
}

function writeStamp(root) {
  writeFileSync(stampFile(root), stampOf(root));
}

function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function say(line) {
  process.stderr.write(`campanile: ${line}\n`);
}
