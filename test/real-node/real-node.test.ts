import { readFile } from "node:fs/promises";
import path from "node:path";
import { PassThrough } from "node:stream";
import { CoreV1Api, Exec, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { forwardToNode } from "../../app/local/node/forward.ts";
import { stillRunning } from "../local/world/look-at-processes.ts";
import { makeFolder } from "../local/world/make-folder.ts";
import { askDns } from "./ask-dns.ts";
import { hostState } from "./host-state.ts";
import { imageDigest } from "./image-digest.ts";
import { type RunningRealWorld, runRealWorld } from "./run-real-world.ts";
import { FIRST_START_LIMIT_MS, onRealNode } from "./where-possible.ts";

const IN_TIME = { timeout: 60_000, interval: 200 };
/** More than the keeper gives to those that were asked to end. */
const ENDED = { timeout: 8_000, interval: 50 };

onRealNode("a world with a real node", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let before: Awaited<ReturnType<typeof hostState>>;
  let world: RunningRealWorld;
  let core: CoreV1Api;
  let config: KubeConfig;

  beforeAll(async () => {
    folder = await makeFolder();
    before = await hostState(worldDir());
    world = await startInSameFolder();
    config = new KubeConfig();
    config.loadFromFile(world.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
  }, FIRST_START_LIMIT_MS);
  afterAll(async () => {
    world.signal("SIGTERM");
    await world.ended;
    await folder.remove();
  });

  const worldDir = () => path.join(folder.dir, "world");

  async function startInSameFolder(): Promise<RunningRealWorld> {
    return runRealWorld(worldDir());
  }

  test("its only node is a kubelet with containerd", async () => {
    const { items } = await core.listNode();
    expect(items.map(({ metadata, status }) => [metadata?.name, status?.nodeInfo?.containerRuntimeVersion])).toEqual([
      ["real-0", expect.stringMatching(/^containerd:\/\/\d/)],
    ]);
  });

  test("a pod runs the image that its digest names, with a memory limit that the kernel knows", async () => {
    const image = `registry.campanile.example/pause@${await imageDigest(world.registry, "pause", "3.10")}`;
    const pod = await startPod("by-digest", { image, resources: { limits: { memory: "20Mi" } } });
    await vi.waitFor(async () => expect((await read(pod)).status?.phase).toBe("Running"), IN_TIME);
    const [container] = (await read(pod)).status?.containerStatuses ?? [];
    expect(container?.imageID).toBe(image);
    // As the kernel has it, seen from outside.
    const group = `/kubepods/burstable/pod${(await read(pod)).metadata?.uid}`;
    expect(await memoryLimitsOf(group)).toContain(20 * 1024 ** 2);
  });

  test.each([
    ["digest", `pause@sha256:${"0".repeat(64)}`],
    ["tag", "pause:no-such-tag"],
  ])("an image whose %s does not exist is told as the real registry's answer", async (kind, reference) => {
    const pod = await startPod(`no-such-${kind}`, { image: `registry.campanile.example/${reference}` });
    await vi.waitFor(async () => {
      const waiting = (await read(pod)).status?.containerStatuses?.[0]?.state?.waiting;
      expect(waiting?.message).toMatch(/not found/);
      expect(waiting?.reason).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    }, IN_TIME);
  });

  test("logs and commands reach a container through the API server", async () => {
    const { items } = await core.listNamespacedPod({ namespace: "kube-system", labelSelector: "k8s-app=kube-dns" });
    const name = items[0]?.metadata?.name ?? "";
    expect(await core.readNamespacedPodLog({ name, namespace: "kube-system" })).toContain("CoreDNS-1.14.7");
    const stdout = new PassThrough();
    const command = ["/coredns", "-version"];
    await new Promise((resolve) => {
      void new Exec(config).exec("kube-system", name, "coredns", command, stdout, null, null, false, resolve);
    });
    expect(String(stdout.read())).toContain("CoreDNS-1.14.7");
  });

  test("a service's address leads to its pod, and the name of the API server to its service; both from outside", async () => {
    const dns = await forwardToNode(world.realNode?.connectSocket ?? "", "10.96.0.10:53");
    onTestFinished(() => dns.stop());
    expect(await askDns(dns.port, "kubernetes.default.svc.cluster.local")).toBe("10.96.0.1");
    expect(await askDns(dns.port, "no-such-service.default.svc.cluster.local")).toBeUndefined();
  });

  test("while it runs, this machine has no mount, device, route or rule more than before", async () => {
    expect(await hostState(worldDir())).toEqual({ ...before, cgroups: expect.any(Array) });
  });

  test("the crash of its kubelet is told", async () => {
    const { dir, remove } = await makeFolder();
    onTestFinished(remove);
    const other = await runRealWorld(path.join(dir, "world"));
    process.kill(-(other.processes.kubelet ?? Number.NaN), "SIGKILL");
    expect(await other.ended).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("kubelet ended by itself (SIGKILL)"),
    });
  });

  // Last, because nothing is left afterwards.
  test.each(["SIGTERM", "SIGKILL"] as const)("nothing of it is left on this machine after %s", async (signal) => {
    const pods = await stillRunning(world.tree);
    expect(pods.join("\n")).toContain("/coredns ");
    world.signal(signal);
    await world.ended;
    await vi.waitFor(async () => expect(await stillRunning(world.tree)).toEqual([]), ENDED);
    await vi.waitFor(async () => expect(await hostState(worldDir())).toEqual(before), ENDED);
    world = await startInSameFolder();
  });

  async function startPod(name: string, container: Record<string, unknown>): Promise<V1Pod> {
    const spec = {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", image: "", ...container }],
    };
    return core.createNamespacedPod({ namespace: "default", body: { metadata: { name }, spec } });
  }

  async function read({ metadata }: V1Pod): Promise<V1Pod> {
    return core.readNamespacedPod({ name: metadata?.name ?? "", namespace: "default" });
  }

  async function memoryLimitsOf(group: string): Promise<number[]> {
    const { cgroups } = await hostState(worldDir());
    const files = cgroups.flatMap((folder) =>
      ["memory.limit_in_bytes", "memory.max"].map((file) => path.join(folder, group, file)),
    );
    const limits = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
    return limits.filter(Boolean).map(Number);
  }
});
