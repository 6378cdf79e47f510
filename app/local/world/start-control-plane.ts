import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { NODE_NAME } from "../node/node-network.ts";
import { findFreePort } from "./free-port.ts";
import { type Certificates, issueCertificates } from "./issue-certificates.ts";
import { type ProcessOptions, type RunningProcess, startProcess } from "./start-process.ts";

export interface ControlPlane {
  server: string;
  /** May do everything. */
  adminKubeconfig: string;
  /** May do what a deployer of hubs needs: see `manifests/campanile-rbac.yaml`. */
  campanileKubeconfig: string;
  certificates: Certificates;
  /** Of the real node's daemons. */
  kubeletKubeconfig: string;
  kubeProxyKubeconfig: string;
  /** Where the API server keeps its objects. */
  etcd: string;
  processes: RunningProcess[];
}

/** What the API server needs to know of a real node, whose network it is not in. */
export interface RealNodeLink {
  /** Where pods reach the API server. */
  advertiseAddress: string;
  /** The Unix socket that leads into the node's network. */
  connectSocket: string;
}

export type ControlPlaneBinaries = Record<"etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler", string>;

type Shared = Pick<ProcessOptions, "logDir" | "keeper" | "onCrash">;

const START_LIMIT_MS = 60_000;
/** The API server takes connections before it can answer. */
const ANSWER_LIMIT_MS = 5_000;

/** etcd, API server, controller manager and scheduler as they are, on loopback, with RBAC on and TLS by a certificate authority of this world. */
export async function startControlPlane(
  dir: string,
  binaries: ControlPlaneBinaries,
  shared: Shared,
  realNode?: RealNodeLink,
): Promise<ControlPlane> {
  const home = path.join(dir, "kubernetes");
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  const [certificates, etcdPort, peerPort, port] = await Promise.all([
    issueCertificates(home),
    findFreePort(),
    findFreePort(),
    findFreePort(),
  ]);
  const server = `https://127.0.0.1:${port}`;
  const users = {
    admin: "system:masters",
    campanile: "campanile:deployers",
    "kube-controller-manager": "system:masters",
    "kube-scheduler": "system:masters",
    [KUBELET]: "system:nodes",
    [KUBE_PROXY]: "system:authenticated",
  };
  const tokens = Object.fromEntries(Object.keys(users).map((user) => [user, randomBytes(24).toString("hex")]));
  await writeFile(
    path.join(home, "tokens.csv"),
    Object.entries(users)
      .map(([user, group]) => `${tokens[user]},${user},${user},"${group}"\n`)
      .join(""),
    { mode: 0o600 },
  );
  const kubeconfigs = Object.fromEntries(
    await Promise.all(
      Object.keys(users).map(async (user) => [
        user,
        await writeKubeconfig(home, user, server, certificates.caPem, tokens[user] ?? ""),
      ]),
    ),
  );
  const kubeconfig = (user: string): string => kubeconfigs[user] ?? "";

  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  // Their data is made anew at each start, so an orderly end, for which each waits for its clients, would only cost time.
  const atOnce = { ...shared, stopSignal: "SIGKILL" } as const;
  const etcd = await startProcess({
    ...atOnce,
    name: "etcd",
    command: binaries.etcd,
    args: [
      "--data-dir",
      path.join(home, "etcd"),
      "--unsafe-no-fsync",
      "--listen-client-urls",
      etcdUrl,
      "--advertise-client-urls",
      etcdUrl,
      "--listen-peer-urls",
      `http://127.0.0.1:${peerPort}`,
      "--initial-advertise-peer-urls",
      `http://127.0.0.1:${peerPort}`,
      "--initial-cluster",
      `default=http://127.0.0.1:${peerPort}`,
      "--log-level",
      "warn",
    ],
  });
  const apiserver = await startProcess({
    ...atOnce,
    name: "kube-apiserver",
    command: binaries["kube-apiserver"],
    args: [
      `--etcd-servers=${etcdUrl}`,
      `--secure-port=${port}`,
      "--bind-address=127.0.0.1",
      `--tls-cert-file=${certificates.server.certFile}`,
      `--tls-private-key-file=${certificates.server.keyFile}`,
      `--cert-dir=${home}`,
      `--token-auth-file=${path.join(home, "tokens.csv")}`,
      "--anonymous-auth=false",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${certificates.serviceAccountPublicFile}`,
      `--service-account-signing-key-file=${certificates.serviceAccountKeyFile}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      ...(realNode ? await realNodeFlags(home, certificates, realNode) : SIMULATED_NODE_FLAGS),
    ],
  });
  await waitUntilReady(kubeconfig("admin"), [etcd, apiserver]);
  const common = ["--leader-elect=false", "--secure-port=0"];
  const [controllerManager, scheduler] = await Promise.all([
    startProcess({
      ...shared,
      name: "kube-controller-manager",
      command: binaries["kube-controller-manager"],
      args: [
        ...common,
        "--kubeconfig",
        kubeconfig("kube-controller-manager"),
        `--service-account-private-key-file=${certificates.serviceAccountKeyFile}`,
        `--root-ca-file=${certificates.caFile}`,
        "--use-service-account-credentials=false",
      ],
    }),
    startProcess({
      ...shared,
      name: "kube-scheduler",
      command: binaries["kube-scheduler"],
      args: [...common, "--kubeconfig", kubeconfig("kube-scheduler")],
    }),
  ]);
  return {
    server,
    adminKubeconfig: kubeconfig("admin"),
    campanileKubeconfig: kubeconfig("campanile"),
    certificates,
    kubeletKubeconfig: kubeconfig(KUBELET),
    kubeProxyKubeconfig: kubeconfig(KUBE_PROXY),
    etcd: etcdUrl,
    processes: [etcd, apiserver, controllerManager, scheduler],
  };
}

const KUBELET = `system:node:${NODE_NAME}`;
const KUBE_PROXY = "system:kube-proxy";

const SIMULATED_NODE_FLAGS = ["--authorization-mode=RBAC", "--endpoint-reconciler-type=none"];

/** A kubelet that calls and is called, and pods that find the API server by the name `kubernetes`. */
async function realNodeFlags(home: string, certificates: Certificates, link: RealNodeLink): Promise<string[]> {
  const connection = { proxyProtocol: "HTTPConnect", transport: { uds: { udsName: link.connectSocket } } };
  const egress = {
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [{ name: "cluster", connection }],
  };
  const egressFile = path.join(home, "egress.json");
  await writeFile(egressFile, JSON.stringify(egress));
  return [
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    `--advertise-address=${link.advertiseAddress}`,
    "--endpoint-reconciler-type=lease",
    `--egress-selector-config-file=${egressFile}`,
    `--kubelet-client-certificate=${certificates.kubeletClient.certFile}`,
    `--kubelet-client-key=${certificates.kubeletClient.keyFile}`,
    `--kubelet-certificate-authority=${certificates.caFile}`,
    "--kubelet-preferred-address-types=InternalIP",
    "--allow-privileged=true",
  ];
}

/** The context is called as the sample fleet's cluster. */
const CONTEXT = "courses";

async function writeKubeconfig(home: string, user: string, server: string, caPem: string, token: string): Promise<string> {
  const file = path.join(home, `${user.replaceAll(":", "-")}.kubeconfig`);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: CONTEXT, cluster: { server, "certificate-authority-data": Buffer.from(caPem).toString("base64") } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user } }],
    "current-context": CONTEXT,
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** @param needed whose end means that it will never be ready */
async function waitUntilReady(kubeconfig: string, needed: readonly RunningProcess[]): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const stopped = new AbortController();
  const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(START_LIMIT_MS)]);
  try {
    await Promise.race([answersReady(config, signal), ...needed.map(({ exited }) => exited)]);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    const logs = needed.map(({ logFile }) => logFile).join(" and ");
    throw new Error(`the API server was not ready after ${START_LIMIT_MS / 1000} s; see ${logs}`, { cause });
  } finally {
    stopped.abort();
  }
}

async function answersReady(config: KubeConfig, signal: AbortSignal): Promise<void> {
  while ((await readyz(config, signal)) !== 200) await pause(100, undefined, { signal });
}

/** @returns the HTTP status, or nothing while nobody listens */
async function readyz(config: KubeConfig, signal: AbortSignal): Promise<number | undefined> {
  const request = { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]) };
  await config.applyToHTTPSOptions(request);
  return new Promise((resolve) => {
    https
      .get(`${config.getCurrentCluster()?.server}/readyz`, request, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on("error", () => resolve(undefined));
  });
}
