import { readFile } from "node:fs/promises";
import path from "node:path";
import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import { NODE_NAME } from "../node/node-network.ts";
import type { NodeStorage } from "../node/node-storage.ts";
import { type ProcessOptions, type RunningProcess, startProcess } from "./start-process.ts";

/** Sizes of a small cloud machine, so that requests in the sample's values mean something. */
const NODE_CAPACITY = { cpu: "8", memory: "32Gi", pods: "200" };
/** Claims are bound by the real controller to volumes that are ready; on simulated nodes nothing is ever written to them. */
const VOLUMES = 120;

export interface NodesOptions extends Pick<ProcessOptions, "logDir" | "keeper" | "onCrash"> {
  kwok: string;
  adminKubeconfig: string;
  stagesFile: string;
  /** Names of the pools for users; each gets a node, beside one core node. */
  userPools: readonly string[];
}

/** What Campanile may do, whatever the nodes are. */
export async function grantRights(adminKubeconfig: string): Promise<void> {
  const api = apiOf(adminKubeconfig);
  await Promise.all((await readManifests("campanile-rbac.yaml")).map((object) => api.create(object)));
}

/** Simulated nodes: their kubelet is kwok, everything else that a pod meets is real. */
export async function startNodes(options: NodesOptions): Promise<RunningProcess> {
  const { kwok, adminKubeconfig, stagesFile, logDir, keeper, onCrash } = options;
  const process = await startProcess({
    logDir,
    keeper,
    onCrash,
    name: "kwok",
    command: kwok,
    args: [
      "--kubeconfig",
      adminKubeconfig,
      `--manage-nodes-with-label-selector=${SIMULATED}=true`,
      "--config",
      stagesFile,
      "--node-lease-duration-seconds=40",
      "--cidr=10.244.0.0/16",
      "--v=INFO",
    ],
  });
  const api = apiOf(adminKubeconfig);
  const nodes = [
    node("core-0", { "hub.jupyter.org/node-purpose": "core" }),
    ...options.userPools.map((pool) =>
      node(`${pool}-0`, { "hub.jupyter.org/node-purpose": "user", "hub.jupyter.org/pool-name": pool }),
    ),
  ];
  await Promise.all(nodes.map((object) => api.create(object)));
  return process;
}

/** @param real folders of a real node, which has volumes that can be written to */
export async function offerVolumes(adminKubeconfig: string, real?: NodeStorage): Promise<void> {
  const api = apiOf(adminKubeconfig);
  const volumes = real
    ? [
        ...real.volumes.map((folder, index) => volume(numbered(index), "standard", { local: { path: folder }, ...ON_REAL_NODE })),
        // Not a local one, whose files the kubelet would give to a pod's group: no file server lets it.
        ...SHARED_BY.map((name) => volume(name, SHARED, { hostPath: { path: real.homes }, ...ON_REAL_NODE })),
      ]
    : Array.from({ length: VOLUMES }, (_, index) => volume(numbered(index), "standard", { hostPath: { path: "/nonexistent" } }));
  await Promise.all([storageClass(), ...volumes].map((object) => api.create(object)));
}

/** Tells kwok which nodes are its own. */
const SIMULATED = "campanile.dev/simulated";

const ON_REAL_NODE = {
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [NODE_NAME] }] }],
    },
  },
};

/** The class of claims for the homes of a whole hub, as a file server has them; each hub binds one of the volumes, all of one export. */
const SHARED = "shared-homes";
const SHARED_BY = ["homes-0", "homes-1", "homes-2", "homes-3"];

function apiOf(adminKubeconfig: string): KubernetesObjectApi {
  const config = new KubeConfig();
  config.loadFromFile(adminKubeconfig);
  return KubernetesObjectApi.makeApiClient(config);
}

async function readManifests(name: string): Promise<KubernetesObject[]> {
  const text = await readFile(path.join(import.meta.dirname, "..", "manifests", name), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

function node(name: string, labels: Record<string, string>) {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        [SIMULATED]: "true",
        ...labels,
      },
    },
    status: { allocatable: NODE_CAPACITY, capacity: NODE_CAPACITY },
  };
}

function storageClass() {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "Immediate",
  };
}

function numbered(index: number): string {
  return `volume-${String(index).padStart(3, "0")}`;
}

function volume(name: string, storageClassName: string, source: object) {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      storageClassName,
      capacity: { storage: "100Gi" },
      accessModes: ["ReadWriteOnce", "ReadWriteMany"],
      persistentVolumeReclaimPolicy: "Retain",
      ...source,
    },
  };
}
