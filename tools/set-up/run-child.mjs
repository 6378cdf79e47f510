import { spawn } from "node:child_process";
import { isatty } from "node:tty";

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
    const stopForwarding = () => {
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
