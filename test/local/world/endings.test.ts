import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { namingFolder, signalQuietly, stillRunning } from "./look-at-processes.ts";
import { makeFolder } from "./make-folder.ts";
import { type RunningSmallWorld, runSmallWorld, spawnSmallWorld } from "./run-small-world.ts";

/** More than the keeper gives to those that were asked to end. */
const ENDED = { timeout: 8_000, interval: 50 };

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

// Each of these starts in the folder of the one before, at once after its first process has ended: that is the other half of the test.
describe("no process outlives the world, and it can be started again at once", () => {
  test("after Ctrl-C in a terminal", async () => {
    const world = await startInSameFolder();
    world.signal("group", "SIGINT");
    expect(await world.ended).toMatchObject({ exitCode: 0 });
    // Whoever gets the prompt back finds nothing running.
    expect(await stillRunning(world.tree)).toEqual([]);
    expect(await takenPorts(world)).toEqual([]);
  });

  test.each(["SIGTERM", "SIGHUP"] as const)(
    "after %s, as from a service manager or a terminal that is closed",
    async (signal) => {
      const world = await startInSameFolder();
      world.signal("process", signal);
      expect(await world.ended).toMatchObject({ exitCode: 0 });
      expect(await stillRunning(world.tree)).toEqual([]);
      expect(await takenPorts(world)).toEqual([]);
    },
  );

  test("after SIGKILL of its first process alone", async () => {
    const world = await startInSameFolder();
    world.signal("process", "SIGKILL");
    expect(await world.ended).toMatchObject({ signal: "SIGKILL" });
    // The next one starts while the keeper of this one is still at work.
    const next = await startInSameFolder();
    await vi.waitFor(async () => expect(await stillRunning(world.tree)).toEqual([]), ENDED);
    expect(await takenPorts(world)).toEqual([]);
    expect(await answers(next)).toBe(true);
    next.signal("process", "SIGTERM");
    expect(await next.ended).toMatchObject({ exitCode: 0 });
  });

  test.each(["etcd", "postgres"])("after a crash of %s", async (part) => {
    const world = await startInSameFolder();
    signalQuietly(world.pids[part] ?? Number.NaN, "SIGKILL");
    const { exitCode, stderr } = await world.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${part} ended by itself (SIGKILL)`);
    await vi.waitFor(async () => expect(await stillRunning(world.tree)).toEqual([]), ENDED);
    expect(await takenPorts(world)).toEqual([]);
  });
});

test("no process outlives a world that is killed while it starts", async () => {
  const { dir, remove } = await makeFolder();
  onTestFinished(remove);
  const world = spawnSmallWorld(dir, []);
  const seen = new Set<number>();
  // The moment before PostgreSQL answers is the one in which nobody has read its process id yet.
  await vi.waitFor(
    async () => {
      for (const pid of await namingFolder(path.join(dir, "postgres", "data"))) seen.add(pid);
      expect(await commandsOf(seen)).toMatch(/bin\/postgres -D/);
    },
    { timeout: 60_000, interval: 5 },
  );
  signalQuietly(world.pid, "SIGKILL");
  await world.ended;
  // One that is just ending has no command any more, and is found by its process id alone.
  await vi.waitFor(async () => expect(await stillRunning([...seen, ...(await namingFolder(dir))])).toEqual([]), ENDED);
});

async function commandsOf(pids: ReadonlySet<number>): Promise<string> {
  return (await stillRunning([...pids])).join("\n");
}

async function startInSameFolder(): Promise<RunningSmallWorld> {
  const world = await runSmallWorld(folder.dir, ["kubernetes"]);
  onTestFinished(() => {
    world.signal("process", "SIGKILL");
    for (const pid of world.tree) signalQuietly(pid, "SIGKILL");
  });
  expect(world.tree).toEqual(expect.arrayContaining(Object.values(world.pids)));
  // Five parts, the keeper, and PostgreSQL's own children.
  expect(world.tree.length).toBeGreaterThan(6);
  return world;
}

async function answers({ databaseUrl, adminKubeconfig }: RunningSmallWorld): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.end();
  const config = new KubeConfig();
  config.loadFromFile(adminKubeconfig ?? "");
  return (await config.makeApiClient(CoreV1Api).listNamespace()).items.length > 0;
}

async function takenPorts({ databaseUrl, server }: RunningSmallWorld): Promise<number[]> {
  const ports = [databaseUrl, server ?? ""].map((url) => Number(new URL(url).port));
  const taken = await Promise.all(
    ports.map(async (port) => {
      const listener = createServer();
      try {
        await once(listener.listen(port, "127.0.0.1"), "listening");
        return [];
      } catch {
        return [port];
      } finally {
        listener.close();
      }
    }),
  );
  return taken.flat();
}
