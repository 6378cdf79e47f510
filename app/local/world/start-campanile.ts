import { readFileSync } from "node:fs";
import path from "node:path";
import { type ProcessOptions, type RunningProcess, startProcess } from "./start-process.ts";

export interface LocalCampanile {
  /** Resolves once it answers that it is ready. @throws when it ends first, with its last words */
  start(): Promise<void>;
  /** Ends it as asked, or as a crash would with SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  pid(): number | undefined;
  logFile: string;
}

export interface CampanileOptions extends Pick<ProcessOptions, "name" | "logDir" | "keeper" | "onCrash"> {
  port: number;
  env: Record<string, string>;
}

/** As `bin/campanile` gives them to Node. */
const settings: { flags: string[]; environment: Record<string, string> } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "..", "..", "..", "tools", "set-up", "node-settings.json"), "utf8"),
);

/** Campanile in a process of its own, by its production entry point and told everything by its environment, as in production. */
export function createCampanile({ port, env, ...shared }: CampanileOptions): LocalCampanile {
  const cli = path.join(import.meta.dirname, "..", "..", "cli", "campanile.ts");
  let running: RunningProcess | undefined;
  return {
    logFile: path.join(shared.logDir, `${shared.name}.log`),
    async start() {
      running = await startProcess({
        ...shared,
        command: process.execPath,
        args: ["--disable-warning=ExperimentalWarning", ...settings.flags, cli, "serve"],
        env: { ...settings.environment, ...env, CAMPANILE_HOST: "127.0.0.1", CAMPANILE_PORT: String(port) },
      });
      await running.waitForLine(/Campanile is ready/);
    },
    async stop(signal = "SIGTERM") {
      await running?.stop(signal);
      running = undefined;
    },
    pid: () => running?.pid,
  };
}
