import path from "node:path";
import { findFreePort } from "./free-port.ts";
import { type ProcessOptions, type RunningProcess, startProcess } from "./start-process.ts";

export interface LocalCampanile {
  url: string;
  /** Resolves once it answers that it is ready. */
  start(): Promise<void>;
  /** Ends it as asked, or as a crash would with SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  pid(): number | undefined;
}

/** Campanile itself in a process of its own, by its production entry point and told everything by its environment, as in production. */
export async function createCampanile(
  options: Pick<ProcessOptions, "logDir" | "keeper" | "onCrash"> & { name?: string; env: Record<string, string>; port?: number },
): Promise<LocalCampanile> {
  const { env, name = "campanile", ...shared } = options;
  const port = options.port ?? (await findFreePort());
  const cli = path.join(import.meta.dirname, "..", "..", "cli", "campanile.ts");
  let running: RunningProcess | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      running = await startProcess({
        ...shared,
        name,
        command: process.execPath,
        args: ["--disable-warning=ExperimentalWarning", cli, "serve"],
        env: { ...env, CAMPANILE_HOST: "127.0.0.1", CAMPANILE_PORT: String(port) },
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
