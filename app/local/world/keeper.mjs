// Ends every process of the world once the world itself is gone, however it went: the system closes a pipe even after SIGKILL.
// Standard input: one line per process, "<pid>" for a single process or "-<pid>" for a whole group. End of input means: end them all.
import { createInterface } from "node:readline";

const KILL_AFTER_MS = 3_000;
const targets = new Set();

process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, target] = line.split(" ");
  if (verb === "keep") targets.add(Number(target));
  if (verb === "forget") targets.delete(Number(target));
}

const signalAll = (signal) => {
  for (const target of targets) {
    try {
      process.kill(target, signal);
    } catch {
      targets.delete(target);
    }
  }
};

signalAll("SIGTERM");
const deadline = Date.now() + KILL_AFTER_MS;
const watch = setInterval(() => {
  signalAll(0);
  if (targets.size > 0 && Date.now() < deadline) return;
  signalAll("SIGKILL");
  clearInterval(watch);
}, 50);
