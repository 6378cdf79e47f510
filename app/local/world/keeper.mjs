// Ends every process of the world once the world itself is gone, however it went: the system closes a pipe even after SIGKILL.
// Standard input, one line each: "keep <target> <signal>", "forget <target>", "homes <folder>", "cgroup <folder>", "last <JSON>". End of
// input means: end them all, remove the control groups that they ran in, and run the programs that come last.
// A target is a process id, or the negative id of a process group; a folder stands for what runs with its home in there.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

const KILL_AFTER_MS = 3_000;
/** What is left then has been killed but waits for its parent to notice. */
const GIVE_UP_AFTER_MS = 5_000;
const LAST_LIMIT_MS = 60_000;
/** How to ask each target to end. */
const targets = new Map();
const homes = [];
/** What was started for this world has it in its environment, also a part that nobody had time to tell of before the world was killed. */
const [, , mark = ""] = process.argv;
const cgroups = [];
const last = [];

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, target, signal = "SIGTERM"] = line.split(" ");
  if (verb === "keep") targets.set(Number(target), signal);
  if (verb === "forget") targets.delete(Number(target));
  if (verb === "cgroup") cgroups.push(line.slice(verb.length + 1));
  if (verb === "last") last.push(JSON.parse(line.slice(verb.length + 1)));
  if (verb === "homes") homes.push(line.slice(verb.length + 1) + path.sep);
}

// A program that a part started in a group of its own, as Helm is, is told by its parent to end. It may need killing if the parent does.
for (const pid of descendantsOf([...targets.keys()].map(Math.abs))) if (!targets.has(-pid)) targets.set(pid, 0);
// One that has lost its parent is told by nobody.
for (const pid of runningPids()) if (!targets.has(-pid) && !targets.has(pid) && isOfWorld(pid)) targets.set(pid, "SIGTERM");
signalAll((target) => targets.get(target));
const startedAt = Date.now();
const watch = setInterval(() => {
  const elapsedMs = Date.now() - startedAt;
  signalAll(() => (elapsedMs < KILL_AFTER_MS ? 0 : "SIGKILL"));
  const areRemoved = targets.size === 0 && cgroups.map(removeCgroup).every(Boolean);
  if (!areRemoved && elapsedMs <= GIVE_UP_AFTER_MS) return;
  clearInterval(watch);
  for (const [command, ...args] of last) spawnSync(command, args, { stdio: "ignore", timeout: LAST_LIMIT_MS });
}, 20);

/** Forgets whatever is gone. */
function signalAll(signalFor) {
  for (const target of targets.keys()) {
    try {
      process.kill(target, signalFor(target));
    } catch {
      targets.delete(target);
    }
  }
}

/** Empty where the system has no /proc. */
function descendantsOf(pids) {
  const childrenOf = new Map();
  for (const pid of runningPids()) {
    const parent = parentOf(pid);
    if (parent !== undefined) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  }
  const found = [];
  for (let next = pids; next.length > 0; found.push(...next)) next = next.flatMap((pid) => childrenOf.get(pid) ?? []);
  return found;
}

function isOfWorld(pid) {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    const home = environment.find((variable) => variable.startsWith("HOME="))?.slice("HOME=".length) ?? "";
    return (mark !== "" && environment.includes(mark)) || homes.some((dir) => home.startsWith(dir));
  } catch {
    return false;
  }
}

function runningPids() {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** @see proc_pid_stat(5): the name, in parentheses, may itself hold some */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** @returns whether it is gone; one in which a process has not quite ended cannot be removed yet */
function removeCgroup(dir) {
  try {
    for (const entry of readdirSync(dir, { withFileTypes: true }))
      if (entry.isDirectory()) removeCgroup(path.join(dir, entry.name));
    rmdirSync(dir);
  } catch (error) {
    return error.code === "ENOENT";
  }
  return true;
}
