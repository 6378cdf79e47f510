import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { DNS_ADDRESS, NODE_ADDRESS, NODE_NAME, POD_RANGE } from "./node-network.ts";

export interface NodeConfigOptions {
  /** The node's folder on this machine, which it sees at the same place. */
  home: string;
  binaries: Record<"runc" | "ptp", string>;
  /** Where the world's registry is reached inside the node. */
  registryUrl: string;
  /** By digest: what holds the namespaces of each pod. */
  pauseImage: string;
  kubeProxyKubeconfig: string;
  /** For the kubelet's own server, which the API server calls for logs and exec. */
  kubeletCertFile: string;
  kubeletKeyFile: string;
  clientCaFile: string;
  /** Root of the node is one only there. */
  isOrdinaryUser: boolean;
}

export interface NodeConfig {
  containerd: string;
  kubelet: string;
  kubeProxy: string;
}

/** In memory of the node, and gone with it; a path short enough for a Unix socket. */
const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

/** @returns the files that tell each daemon what to do */
export async function writeNodeConfig(options: NodeConfigOptions): Promise<NodeConfig> {
  const { home } = options;
  const file = (name: string) => path.join(home, name);
  await Promise.all([mkdir(file("certs.d/_default"), { recursive: true }), mkdir(file("cni"), { recursive: true })]);
  await Promise.all([
    writeFile(file("containerd.toml"), containerdConfig(options)),
    writeFile(file("certs.d/_default/hosts.toml"), registryConfig(options.registryUrl)),
    writeFile(file("cni/10-pods.conflist"), JSON.stringify(CNI)),
    writeFile(file("kubelet.json"), JSON.stringify(kubeletConfig(options))),
    writeFile(file("kube-proxy.json"), JSON.stringify(kubeProxyConfig(options))),
    // Pods that want the machine's own resolver find none: nothing outside can be reached anyway.
    writeFile(file("resolv.conf"), ""),
  ]);
  return { containerd: file("containerd.toml"), kubelet: file("kubelet.json"), kubeProxy: file("kube-proxy.json") };
}

function containerdConfig({ home, binaries, pauseImage }: NodeConfigOptions): string {
  const images = "plugins.'io.containerd.cri.v1.images'";
  const runtime = "plugins.'io.containerd.cri.v1.runtime'";
  // A JSON string is a TOML string too.
  const text = JSON.stringify;
  return `version = 3
root = ${text(path.join(home, "containerd"))}
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri"]
[grpc]
address = ${text(CONTAINERD_SOCKET)}
[ttrpc]
address = ${text(`${CONTAINERD_SOCKET}.ttrpc`)}
[${images}]
snapshotter = "overlayfs"
[${images}.pinned_images]
sandbox = ${text(pauseImage)}
[${images}.registry]
config_path = ${text(path.join(home, "certs.d"))}
[${runtime}]
# Whoever may not lower this number, as root of a virtual machine may be, could start no pod otherwise.
restrict_oom_score_adj = true
[${runtime}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[${runtime}.containerd.runtimes.runc.options]
BinaryName = ${text(binaries.runc)}
SystemdCgroup = false
[${runtime}.cni]
bin_dirs = [${text(path.dirname(binaries.ptp))}]
conf_dir = ${text(path.join(home, "cni"))}
`;
}

/** The world's registry stands for all registries, and is the one that says that an image does not exist. */
function registryConfig(registryUrl: string): string {
  return `server = ${JSON.stringify(registryUrl)}\n[host.${JSON.stringify(registryUrl)}]\ncapabilities = ["pull", "resolve"]\n`;
}

/** A pair of devices for each pod and a route to it: no bridge, whose packets may or may not meet the rules for services. */
const CNI = {
  cniVersion: "1.0.0",
  name: "pods",
  plugins: [
    {
      type: "ptp",
      ipMasq: false,
      ipam: {
        type: "host-local",
        dataDir: "/run/cni-addresses",
        ranges: [[{ subnet: POD_RANGE }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    },
  ],
};

function kubeletConfig(options: NodeConfigOptions) {
  const { home, clientCaFile, kubeletCertFile, kubeletKeyFile } = options;
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    // What only root of the whole machine may set, as its kernel's parameters, is left as it is.
    ...(options.isOrdinaryUser ? { featureGates: { KubeletInUserNamespace: true } } : {}),
    volumePluginDir: path.join(home, "volume-plugins"),
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: clientCaFile } },
    authorization: { mode: "Webhook" },
    tlsCertFile: kubeletCertFile,
    tlsPrivateKeyFile: kubeletKeyFile,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: "cluster.local",
    resolvConf: path.join(home, "resolv.conf"),
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    // The disk is the machine's, and others fill it: that is no reason to end pods or to remove images.
    imageGCHighThresholdPercent: 100,
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%" },
    maxPods: 110,
  };
}

function kubeProxyConfig({ kubeProxyKubeconfig }: NodeConfigOptions) {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    clientConnection: { kubeconfig: kubeProxyKubeconfig },
    clusterCIDR: POD_RANGE,
    hostnameOverride: NODE_NAME,
    nodeIPOverride: NODE_ADDRESS,
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    // These would change settings of the whole machine.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
}
