import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { createEnding } from "../../../app/local/world/create-ending.ts";
import { startControlPlane } from "../../../app/local/world/start-control-plane.ts";
import { startPostgres } from "../../../app/local/world/start-postgres.ts";
import { ensureTools } from "../../../tools/install-tools.ts";

/** What the process says on standard output, in one line, once all its parts answer. */
export interface SmallWorld {
  /** Process ids of the parts, by name. */
  pids: Record<string, number>;
  databaseUrl: string;
  /** Of the API server, where there is one. */
  server?: string;
  adminKubeconfig?: string;
}

/** PostgreSQL and, when asked for, a control plane, in a process that can be ended in every way: `node small-world.ts FOLDER PARTS`. */
async function main(): Promise<void> {
  const [, , dir = "", ...parts] = process.argv;
  const logDir = path.join(dir, "logs");
  await rm(dir, { recursive: true, force: true });
  await mkdir(logDir, { recursive: true });
  const ending = createEnding((why) => void process.stderr.write(`${why}\n`));
  const shared = { logDir, keeper: ending.keeper, onCrash: ending.crash };
  const [postgres, plane] = await Promise.all([
    startPostgres({ ...shared, dir }),
    parts.includes("kubernetes") ? startControlPlane(dir, await ensureTools(["etcd", "kubernetes"]), shared) : undefined,
  ]);
  const pids = Object.fromEntries((plane?.processes ?? []).map(({ name, pid }) => [name, pid]));
  const world: SmallWorld = {
    pids: { ...pids, postgres: postgres.pid() },
    databaseUrl: postgres.url,
    ...(plane ? { server: plane.server, adminKubeconfig: plane.adminKubeconfig } : {}),
  };
  ending.nothingLeftToDo();
  process.stdout.write(`${JSON.stringify(world)}\n`);
}

if (import.meta.main) await main();
