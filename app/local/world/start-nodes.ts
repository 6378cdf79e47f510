import { readFile } from "node:fs/promises";
import path from "node:path";
import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import { type ProcessOptions, type RunningProcess, startProcess } from "./start-process.ts";

/** Sizes of a small cloud machine, so that requests in the sample's values mean something. */
const NODE_CAPACITY = { cpu: "8", memory: "32Gi", pods: "200" };
/** Claims are bound by the real controller to volumes that are ready; nothing is ever written to them. */
const VOLUMES = 120;

export interface NodesOptions extends Pick<ProcessOptions, "logDir" | "keeper" | "onCrash"> {
  kwok: string;
  adminKubeconfig: string;
  stagesFile: string;
  /** Names of the pools for users; each gets a node, beside one core node. */
  userPools: readonly string[];
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
      "--manage-all-nodes=true",
      "--config",
      stagesFile,
      "--node-lease-duration-seconds=40",
      "--cidr=10.244.0.0/16",
      "--v=INFO",
    ],
  });
  const config = new KubeConfig();
  config.loadFromFile(adminKubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  const rbac = await readManifests("campanile-rbac.yaml");
  const nodes = [
    node("core-0", { "hub.jupyter.org/node-purpose": "core" }),
    ...options.userPools.map((pool) =>
      node(`${pool}-0`, { "hub.jupyter.org/node-purpose": "user", "hub.jupyter.org/pool-name": pool }),
    ),
  ];
  const volumes = Array.from({ length: VOLUMES }, (_, index) => volume(index));
  await Promise.all([...rbac, ...nodes, storageClass(), ...volumes].map((object) => api.create(object)));
  return process;
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
      labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", ...labels },
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

function volume(index: number) {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `volume-${String(index).padStart(3, "0")}` },
    spec: {
      storageClassName: "standard",
      capacity: { storage: "100Gi" },
      accessModes: ["ReadWriteOnce", "ReadWriteMany"],
      persistentVolumeReclaimPolicy: "Retain",
      hostPath: { path: "/nonexistent" },
    },
  };
}
