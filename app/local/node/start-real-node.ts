import { chmod, mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import type { ToolPaths } from "../../../tools/install-tools.ts";
import type { ControlPlane } from "../world/start-control-plane.ts";
import { type ProcessOptions, type RunningProcess, startProcess } from "../world/start-process.ts";
import { createNodeCgroups, type NodeCgroups, openToPods } from "./cgroups.ts";
import { type Forwarder, forward } from "./forward.ts";
import type { GateSetup } from "./gate.ts";
import type { NodeSetup } from "./hold-node.ts";
import { DNS_ADDRESS, NODE_ADDRESS, NODE_NAME } from "./node-network.ts";
import { foldersOfContainers, nodeHomeOf } from "./node-storage.ts";
import { asNodesRoot, isOrdinaryUser, ownUsersFlags, pathWithRootsPrograms, removing } from "./own-users.ts";
import { type NodeConfig, writeNodeConfig } from "./write-node-config.ts";

export interface RealNodeOptions extends Pick<ProcessOptions, "logDir" | "keeper" | "onCrash"> {
  /** The world's folder. */
  dir: string;
  tools: ToolPaths;
  plane: ControlPlane;
  /** `localhost:PORT`. */
  registryHost: string;
  /** Ports of this machine's loopback that pods reach at the node's address, beside those of API server and registry. */
  openPorts?: readonly number[];
  /** References by digest. */
  images: { pause: string; coredns: string };
  labels: Readonly<Record<string, string>>;
  /** For a cluster that has simulated nodes too: only pods that tolerate it are scheduled here. */
  taint?: string;
}

export interface RealNode {
  name: string;
  /** By which `forwardToNode` of any process reaches what listens inside. */
  connectSocket: string;
  processes: RunningProcess[];
  stop(): Promise<void>;
}

const START_LIMIT_MS = 120_000;
/** @see unix(7) */
const SOCKET_PATH_LIMIT = 107;

/** @param dir the world's folder */
export function connectSocketOf(dir: string): string {
  const file = path.join(nodeHomeOf(dir), "connect.sock");
  if (Buffer.byteLength(file) > SOCKET_PATH_LIMIT)
    throw new Error(`a Unix socket's path has at most ${SOCKET_PATH_LIMIT} bytes, and ${file} has more: put the world elsewhere`);
  return file;
}

/**
 * A kubelet with containers, in namespaces of its own over a throw-away root: nothing of it is left on this machine when it ends,
 * however it does. Its cluster's control plane stays outside and meets it at a gate.
 */
export async function startRealNode(options: RealNodeOptions): Promise<RealNode> {
  const { dir, logDir, keeper, onCrash, tools, plane } = options;
  const home = nodeHomeOf(dir);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const cgroups = await createNodeCgroups(dir);
  for (const folder of cgroups.folders) keeper.keepCgroup(folder);
  // Their owners are users that nobody outside can act for.
  if (isOrdinaryUser()) keeper.runLast(asNodesRoot(removing(...foldersOfContainers(dir))));
  // There is nothing to be saved, and what does not end with the first process ends at once.
  const shared = { logDir, keeper, onCrash, stopSignal: "SIGKILL", env: { PATH: pathWithRootsPrograms() } } as const;
  const holder = await startHolder(home, options, cgroups, shared);
  const daemon = (name: string, command: string, args: readonly string[]) =>
    startProcess({ ...shared, name, ...enterNode(holder.firstPid, cgroups.daemonProcs, command, args) });

  const { gate, forwarders } = await openGate(options, daemon);
  const config = await writeNodeConfig({
    home,
    binaries: tools,
    registryUrl: `http://127.0.0.1:${portOf(options.registryHost)}`,
    pauseImage: options.images.pause,
    kubeProxyKubeconfig: plane.kubeProxyKubeconfig,
    kubeletCertFile: plane.certificates.kubelet.certFile,
    kubeletKeyFile: plane.certificates.kubelet.keyFile,
    clientCaFile: plane.certificates.caFile,
    isOrdinaryUser: isOrdinaryUser(),
  });
  const daemons = await startDaemons(options, config, daemon);
  await joinCluster(options, daemons);
  const processes = [holder.process, gate, ...daemons];
  return {
    name: NODE_NAME,
    connectSocket: connectSocketOf(dir),
    processes,
    async stop() {
      await Promise.all(processes.map((process) => process.stop()));
      await Promise.all(forwarders.map((forwarder) => forwarder.stop()));
    },
  };
}

type StartDaemon = (name: string, command: string, args: readonly string[]) => Promise<RunningProcess>;
type SharedOptions = Pick<ProcessOptions, "logDir" | "keeper" | "onCrash" | "stopSignal" | "env">;

async function startHolder(home: string, { dir, tools }: RealNodeOptions, cgroups: NodeCgroups, shared: SharedOptions) {
  const folder = async (name: string) => {
    await mkdir(path.join(home, name), { recursive: true });
    return path.join(home, name);
  };
  const project = path.join(import.meta.dirname, "../../..");
  const setup: NodeSetup = {
    scratchDir: await folder("root"),
    shared: [project, path.dirname(process.execPath), path.dirname(path.dirname(tools.kubelet)), dir],
    kept: { "/var/lib/kubelet": await folder("kubelet"), "/var/log/pods": await folder("pod-logs") },
    cgroupTrees: cgroups.trees,
  };
  const unshare = [...ownUsersFlags(), ...NAMESPACES, "--fork", "--mount-proc", "--propagation", "private", "--kill-child=KILL"];
  const holderProcess = await startProcess({
    ...shared,
    name: "node",
    ...moveTo(cgroups.rootProcs, "/usr/bin/unshare", [
      ...unshare,
      process.execPath,
      programOf("hold-node"),
      JSON.stringify(setup),
    ]),
  });
  await holderProcess.waitForLine(/The node is ready/);
  await openToPods(cgroups);
  return { process: holderProcess, firstPid: await onlyChildOf(holderProcess.pid) };
}

const NAMESPACES = ["--net", "--mount", "--pid", "--uts", "--cgroup"];

function programOf(name: string): string {
  return path.join(import.meta.dirname, `${name}.ts`);
}

function moveTo(procsFiles: readonly string[], command: string, args: readonly string[]) {
  const program = ["--disable-warning=ExperimentalWarning", programOf("enter-node")];
  return { command: process.execPath, args: [...program, JSON.stringify(procsFiles), command, ...args] };
}

function enterNode(firstPid: number, procsFiles: readonly string[], command: string, args: readonly string[]) {
  const namespaces = [...(isOrdinaryUser() ? ["--user"] : []), ...NAMESPACES, "--wdns=/"];
  return moveTo(procsFiles, "/usr/bin/nsenter", ["--target", String(firstPid), ...namespaces, "--", command, ...args]);
}

async function onlyChildOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim());
}

async function openGate(
  options: RealNodeOptions,
  daemon: StartDaemon,
): Promise<{ gate: RunningProcess; forwarders: Forwarder[] }> {
  const { dir, plane, registryHost, openPorts = [] } = options;
  const ports = [Number(new URL(plane.server).port), portOf(registryHost), ...openPorts];
  const sockets = ports.map((port) => ({ port, socket: path.join(nodeHomeOf(dir), `${port}.sock`) }));
  const forwarders = await Promise.all(
    sockets.map(async ({ port, socket }) => {
      await rm(socket, { force: true });
      return forward({ path: socket }, { host: "127.0.0.1", port });
    }),
  );
  const setup: GateSetup = { connectSocket: connectSocketOf(dir), outward: sockets };
  const gate = await daemon("node-gate", process.execPath, [
    "--disable-warning=ExperimentalWarning",
    programOf("gate"),
    JSON.stringify(setup),
  ]);
  await gate.waitForLine(/The gate is open/);
  await chmod(setup.connectSocket, 0o600);
  return { gate, forwarders };
}

function portOf(host: string): number {
  return Number(new URL(`http://${host}`).port);
}

async function startDaemons(options: RealNodeOptions, config: NodeConfig, daemon: StartDaemon): Promise<RunningProcess[]> {
  const { tools, plane, labels, taint } = options;
  const containerd = await daemon("containerd", tools.containerd, ["--config", config.containerd]);
  await containerd.waitForLine(/containerd successfully booted/);
  const labelled = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  const [kubelet, kubeProxy] = await Promise.all([
    daemon("kubelet", tools.kubelet, [
      `--config=${config.kubelet}`,
      `--kubeconfig=${plane.kubeletKubeconfig}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NODE_ADDRESS}`,
      `--node-labels=${labelled.join(",")}`,
      ...(taint === undefined ? [] : [`--register-with-taints=${taint}`]),
    ]),
    daemon("kube-proxy", tools["kube-proxy"], [`--config=${config.kubeProxy}`]),
  ]);
  return [containerd, kubelet, kubeProxy];
}

/** Resolves once the node is ready and its pods find services by name. */
async function joinCluster({ plane, images }: RealNodeOptions, daemons: readonly RunningProcess[]): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(plane.adminKubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  const manifests = await readManifests({ NODE_NAME, DNS_ADDRESS, COREDNS_IMAGE: images.coredns });
  await Promise.all(manifests.map((object) => api.create(object)));
  await Promise.race([waitUntilReady(config), ...daemons.map(({ exited }) => exited)]);
}

async function readManifests(names: Readonly<Record<string, string>>): Promise<KubernetesObject[]> {
  const file = path.join(import.meta.dirname, "..", "manifests", "real-node.yaml");
  const text = (await readFile(file, "utf8")).replace(
    /\b(NODE_NAME|DNS_ADDRESS|COREDNS_IMAGE)\b/g,
    (name) => names[name] ?? name,
  );
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

async function waitUntilReady(config: KubeConfig): Promise<void> {
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const giveUpAt = Date.now() + START_LIMIT_MS;
  for (;;) {
    const { items } = await core.listNode();
    const node = items.find(({ metadata }) => metadata?.name === NODE_NAME);
    const ready = node?.status?.conditions?.find(({ type }) => type === "Ready");
    const dns = await apps.readNamespacedDeployment({ name: "coredns", namespace: "kube-system" });
    if (ready?.status === "True" && dns.status?.readyReplicas === 1) return;
    if (Date.now() > giveUpAt)
      throw new Error(`the real node was not ready after ${START_LIMIT_MS / 1000} s: ${ready?.message ?? "it did not register"}`);
    await pause(200);
  }
}
