import { readFile } from "node:fs/promises";
import path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { ensureImages } from "../../app/local/images/ensure-images.ts";
import { ALL_TOOLS, ensureTools, REAL_NODE_TOOLS, userCacheDir } from "../../tools/install-tools.ts";
import { stillRunning } from "../local/world/look-at-processes.ts";
import { hostState } from "./host-state.ts";
import { imageDigest } from "./image-digest.ts";
import { type MadeUpUser, makeUpUser } from "./ordinary-user.ts";
import { followWorld, type RunningRealWorld } from "./run-real-world.ts";
import { FIRST_START_LIMIT_MS, onMadeUpUser } from "./where-possible.ts";

const IN_TIME = { timeout: 60_000, interval: 200 };
/** More than the keeper takes, which here removes what containers left in files as well. */
const ENDED = { timeout: 30_000, interval: 50 };

const STORY_LIMIT_MS = 20 * 60_000;

onMadeUpUser("a real node of an ordinary user", () => {
  let user: MadeUpUser;

  beforeAll(async () => {
    const tools = await ensureTools([...ALL_TOOLS, ...REAL_NODE_TOOLS]);
    await ensureImages(tools.coredns, userCacheDir());
    user = await makeUpUser();
  }, FIRST_START_LIMIT_MS);
  afterAll(() => user.remove());

  test("whoever was given nothing is told what, and by which command they get it", async () => {
    expect(await whatIsMissing("nothing")).toEqual([
      expect.stringMatching(/^\/etc\/subuid and \/etc\/subgid give campanile-student no 65536 ids .*sudo usermod --add-subuids/),
      expect.stringMatching(
        /^the control groups that this runs in are not campanile-student's: \/sys\/fs\/cgroup.*(systemd-run|chown)/,
      ),
    ]);
  });

  test("where no program maps ids, nothing is said of namespaces, which could not be tried", async () => {
    const missing = await whatIsMissing("all that a node needs", 'process.env.PATH = "/nonexistent";');
    expect(missing).toContain("there is no newuidmap (sudo apt-get install uidmap)");
    expect(missing).not.toContainEqual(expect.stringContaining("namespaces"));
  });

  test.each(["SIGTERM", "SIGKILL"] as const)("becomes ready, runs a pod, and leaves nothing after %s", async (signal) => {
    const before = await hostState(worldDir());
    const world = await startWorld();
    onTestFinished(async () => {
      world.signal("SIGKILL");
      await world.ended;
      await vi.waitFor(async () => expect(await user.groups()).toEqual([]), ENDED);
    });
    const image = `registry.campanile.example/pause@${await imageDigest(world.registry, "pause", "3.10")}`;
    const core = coreOf(world);
    const mounted = { volumeMounts: [{ name: "data", mountPath: "/data" }] };
    const spec = {
      terminationGracePeriodSeconds: 0,
      // What its group writes belongs to nobody whom this machine knows.
      securityContext: { fsGroup: 3000 },
      volumes: [{ name: "data", emptyDir: {} }],
      containers: [{ name: "main", image, resources: { limits: { memory: "20Mi" } }, ...mounted }],
    };
    await core.createNamespacedPod({ namespace: "default", body: { metadata: { name: "own" }, spec } });
    const read = async () => core.readNamespacedPod({ name: "own", namespace: "default" });
    await vi.waitFor(async () => expect((await read()).status?.phase).toBe("Running"), IN_TIME);
    expect((await read()).status?.containerStatuses?.[0]?.imageID).toBe(image);

    // Seen from outside, its root is the user, and whoever is somebody else inside is one of the user's subordinates.
    expect(await userOf(world.processes.kubelet)).toBe(user.id);
    expect(await hostState(worldDir())).toEqual(before);
    expect((await user.groups()).length).toBeGreaterThan(0);
    expect((await user.foreignFiles()).length).toBeGreaterThan(0);

    world.signal(signal);
    await world.ended;
    await vi.waitFor(async () => expect(await stillRunning(world.tree)).toEqual([]), ENDED);
    await vi.waitFor(async () => expect(await user.groups()).toEqual([]), ENDED);
    await vi.waitFor(async () => expect(await user.foreignFiles()).toEqual([]), ENDED);
    expect(await hostState(worldDir())).toEqual(before);
  });

  test(
    "plays the story of npm start",
    async () => {
      const start = path.join(user.project, "app/local/start.ts");
      const [command, ...args] = user.command([start, "--once", "--node", "real", "--dir", path.join(user.home, "story")]);
      const { stdout, exitCode } = await execa(command, args, { reject: false, stdin: "ignore" });
      expect(stdout).toContain("World       Nodes: one real, with containers in namespaces of its own");
      expect(stdout).toMatch(/Student +✓ data8-prod: The work is there tomorrow, in /);
      expect(stdout.split("\n").at(-1)).toMatch(/^story: ok in /);
      expect({ exitCode, groups: await user.groups(), files: await user.foreignFiles() }).toEqual({
        exitCode: 0,
        groups: [],
        files: [],
      });
    },
    STORY_LIMIT_MS,
  );

  const worldDir = () => path.join(user.home, "world");

  async function whatIsMissing(has: "all that a node needs" | "nothing", before = ""): Promise<string[]> {
    const module = JSON.stringify(path.join(user.project, "app/local/node/what-is-missing.ts"));
    const script = `${before} const { findWhatIsMissing } = await import(${module});
      process.stdout.write(JSON.stringify(await findWhatIsMissing()));`;
    const [command, ...args] = user.command(["--input-type=module", "--eval", script], has);
    return JSON.parse((await execa(command, args)).stdout);
  }

  async function startWorld(): Promise<RunningRealWorld> {
    return followWorld(user.command([path.join(user.project, "test/real-node/run-real-world.ts"), worldDir(), "real"]));
  }
});

function coreOf({ kubeconfig }: RunningRealWorld): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config.makeApiClient(CoreV1Api);
}

async function userOf(pid = Number.NaN): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
}
