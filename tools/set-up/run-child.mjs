import { spawn } from "node:child_process";
import { isatty } from "node:tty";

const LOOK_AGAIN_MS = 500;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/**
 * Runs a program and hands on the signals that this process gets, so that who stops us stops it.
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 * @param {(processId: number | undefined) => void} onStarted
 * @returns {Promise<{code: number, signal: null} | {code: null, signal: NodeJS.Signals}>}
 * @throws when the program cannot be started
 */
export function runChild(command, args, options, onStarted = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    onStarted(child.pid);
    const forward = (signal) => {
      // A terminal sends Ctrl-C to every process in front. A second one from us would read as "now, at once".
      if ((signal === "SIGINT" || signal === "SIGQUIT") && isatty(0)) return;
      child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    const parent = process.ppid;
    // An npm that is killed hands on nothing either, and has no channel to us.
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) child.kill("SIGTERM");
    }, LOOK_AGAIN_MS);
    const stopForwarding = () => {
      clearInterval(watch);
      for (const signal of SIGNALS) process.off(signal, forward);
    };
    child.once("error", (error) => {
      stopForwarding();
      reject(error);
    });
    child.once("exit", (code, signal) => {
      stopForwarding();
      resolve({ code, signal });
    });
  });
}
