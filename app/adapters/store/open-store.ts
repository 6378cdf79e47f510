import path from "node:path";
import { runner } from "node-pg-migrate";
import pg from "pg";
import type { Logger } from "pino";
import { ClusterError, type Explanation } from "../../domain/errors.ts";

export interface Store {
  query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]>;
  /** Runs while nobody else, in whatever process, runs something under the same name. */
  exclusively<T>(name: string, run: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const SCHEMA = "campanile";

/**
 * Opens the database and brings its tables up to date; two processes that start at once wait for each other.
 * Every table lives in the schema `campanile`, beside that of the durable workflows.
 * @throws {ClusterError} `database-unavailable`
 */
export async function openStore(databaseUrl: string, log: Logger): Promise<Store> {
  const options = {
    connectionString: databaseUrl,
    options: `-c search_path=${SCHEMA}`,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
  };
  const pool = new pg.Pool({ ...options, max: 10 });
  // Apart, because whoever holds a lock needs one more connection to get on.
  const locks = new pg.Pool({ ...options, max: 5 });
  // An idle connection that the server closes is replaced by the pool; without a listener it would end the process.
  const onError = (error: Error) => log.warn({ err: error }, "a database connection was lost");
  pool.on("error", onError);
  locks.on("error", onError);
  try {
    await migrate(databaseUrl, log);
  } catch (error) {
    await Promise.all([pool.end(), locks.end()]);
    throw asClusterError(error);
  }
  return {
    async query<Row extends pg.QueryResultRow>(text: string, values: unknown[]) {
      try {
        return (await pool.query<Row>(text, values)).rows;
      } catch (error) {
        throw asClusterError(error);
      }
    },
    async exclusively(name, run) {
      const lock = await takeLock(locks, name, onError);
      try {
        return await run();
      } finally {
        await lock.release();
      }
    },
    async close() {
      await Promise.all([pool.end(), locks.end()]);
    },
  };
}

/** Held by a transaction, so that it ends with its process. */
async function takeLock(pool: pg.Pool, name: string, onError: (error: Error) => void): Promise<{ release(): Promise<void> }> {
  let client: pg.PoolClient | undefined;
  try {
    client = await pool.connect();
    client.on("error", onError);
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [name]);
  } catch (error) {
    client?.release(true);
    throw asClusterError(error);
  }
  const held = client;
  return {
    async release() {
      held.off("error", onError);
      // A connection that was lost in the meantime has let go of the lock already.
      await held.query("commit").then(
        () => held.release(),
        () => held.release(true),
      );
    },
  };
}

async function migrate(databaseUrl: string, log: Logger): Promise<void> {
  await runner({
    databaseUrl,
    dir: path.join(import.meta.dirname, "migrations"),
    direction: "up",
    schema: SCHEMA,
    createSchema: true,
    migrationsTable: "migration",
    logger: {
      debug: () => {},
      info: (text) => log.debug(text),
      warn: (text) => log.warn(text),
      error: (text) => log.error(text),
    },
  });
}

/** SQL that the database refuses is a bug and stays loud; a database that is away comes back. */
function asClusterError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const isRefused = /^(22|23|42|P0)/.test(code);
  if (isRefused) return error;
  const isLocked = /^(28|3D)/.test(code);
  const explanation: Explanation = {
    code: isLocked ? "database-locked" : "database-unavailable",
    what: isLocked ? "Campanile's database did not let it in." : "Campanile's database did not answer.",
    why: `${lastWords(error)}.`,
    fix: isLocked
      ? "Check the user, the password and the database's name in DATABASE_URL."
      : "Start PostgreSQL, or correct DATABASE_URL; work that was begun goes on where it stopped.",
  };
  return new ClusterError({ ...explanation, canRetry: true }, { cause: error });
}

/** A host with several addresses fails with a list of failures and no words of its own. */
function lastWords(error: unknown): string {
  const one = error instanceof AggregateError ? error.errors.at(-1) : error;
  return one instanceof Error && one.message !== "" ? one.message.slice(0, 200) : "It gave no reason";
}
