import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { ALL_TOOLS, ensureTools, REAL_NODE_TOOLS, type ToolPaths, userCacheDir } from "../../../tools/install-tools.ts";
import { ToolError } from "../../../tools/tool-error.ts";
import { ensureImages } from "../images/ensure-images.ts";
import type { NodeKind } from "../node/choose-node.ts";
import { NODE_ADDRESS } from "../node/node-network.ts";
import { makeStorage } from "../node/node-storage.ts";
import { removeWorld } from "../node/own-users.ts";
import { connectSocketOf, startRealNode } from "../node/start-real-node.ts";
import type { BuiltImage } from "../seed/build-image.ts";
import { buildSampleImages, packSampleCharts } from "../seed/sample-artefacts.ts";
import type { Keeper } from "./keep-processes.ts";
import { lockFolder } from "./lock-folder.ts";
import { serveCharts } from "./serve-charts.ts";
import { type ControlPlane, startControlPlane } from "./start-control-plane.ts";
import { startEmulatedGitHub } from "./start-emulated-github.ts";
import { startFrontDoor } from "./start-front-door.ts";
import { grantRights, offerVolumes, startNodes } from "./start-nodes.ts";
import { startPostgres } from "./start-postgres.ts";
import type { ProcessOptions } from "./start-process.ts";
import { type LocalRegistry, startRegistry } from "./start-registry.ts";

export interface WorldOptions {
  /** Where data and logs go; made anew at each start. */
  dir: string;
  /** Whoever starts the world closes it, however the start goes. */
  keeper: Keeper;
  /** What pods run on; simulated nodes when left out. */
  node?: NodeKind;
  /** Told as each part comes up: its name and what it is. */
  onPart?: (name: string, detail: string, address?: string) => void;
  /** Called when a part ends by itself; the world is no use then. */
  onCrash: (message: string) => void;
}

/** Addresses, paths and process ids: all that somebody in another process needs to use the world. */
export interface WorldDescription {
  dir: string;
  logDir: string;
  github: { apiUrl: string; webUrl: string };
  node: NodeKind;
  /** Where there is one: `forwardToNode` reaches by this what listens inside. */
  realNode?: RealNodeDescription;
  /** Of the API server. */
  /** Address of all hubs, by the host's name; absent where no programs run in pods. */
  frontDoor?: string;
  kubernetes: string;
  /** For whoever looks around: may do everything. */
  kubeconfig: string;
  /** For Campanile: may do what `manifests/campanile-rbac.yaml` grants. */
  campanileKubeconfig: string;
  /** Where the API server keeps its objects. */
  etcd: string;
  /** Any database of the PostgreSQL server, as its owner. */
  databaseUrl: string;
  registry: string;
  charts: string;
  /** Paths of the programs, by name. */
  tools: Record<string, string>;
  /** Process ids of the parts, by name. */
  processes: Record<string, number>;
}

export interface RealNodeDescription {
  connectSocket: string;
  /** Digests of the images in which programs run, by name and tag. */
  images: Record<string, string>;
}

export interface World extends WorldDescription {
  /** Ends all that the keeper keeps, and leaves the folder to the next world. */
  stop(): Promise<void>;
}

const POOLS = ["data8", "data100", "prob140"];

/**
 * Starts all that institutions share, in parallel where it can, and waits until every part answers.
 * @throws {ToolError} when another world uses the folder
 */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { keeper, onCrash, node = "simulated" } = options;
  const dir = path.resolve(options.dir);
  const logDir = path.join(dir, "logs");
  const release = await lockFolder(dir, onCrash);
  await emptyFolder(dir);
  await mkdir(logDir, { recursive: true, mode: 0o700 });
  keeper.keepHomesIn(dir);
  const tools = await ensureTools(node === "simulated" ? ALL_TOOLS : [...ALL_TOOLS, ...REAL_NODE_TOOLS]);
  const shared = { logDir, keeper, onCrash };
  const told = async <T>(name: string, detail: string, starting: Promise<T>, addressOf: (part: T) => string): Promise<T> => {
    const part = await starting;
    options.onPart?.(name, detail, addressOf(part));
    return part;
  };
  const [postgres, cluster, registry, charts, github] = await Promise.all([
    told("PostgreSQL", "Campanile's memory", startPostgres({ ...shared, dir }), ({ url }) => new URL(url).host),
    told(
      "Kubernetes",
      `etcd, API server, controllers, scheduler${node === "real" ? "" : ", simulated nodes"}`,
      startCluster(dir, tools, shared, node),
      ({ plane }) => plane.server,
    ),
    told("Registry", "the images that the hubs pin", startRegistryWithImages(tools.registry, shared), ({ host }) => host),
    told("Charts", "the chart repository", packSampleCharts().then(serveCharts), ({ url }) => url),
    told(
      "GitHub",
      "an emulated one; its repositories are real git",
      startEmulatedGitHub({ ...shared, dir, openapiPath: tools["github-openapi"] }),
      ({ url }) => url,
    ),
  ]);
  const { plane } = cluster;
  const onNode = {
    ...shared,
    dir,
    tools,
    plane,
    registry,
    isAlone: node === "real",
    openPorts: [Number(new URL(github.url).port)],
  };
  const realNode =
    node === "simulated"
      ? undefined
      : await told("Real node", "kubelet, containerd, kube-proxy, CoreDNS", startNodeWithImages(onNode), ({ node }) => node.name);
  // Where pods are simulated there is no hub that could be reached.
  const frontDoor =
    realNode && node === "real"
      ? await told(
          "Front door",
          "where students reach the hubs, by their names",
          startFrontDoor({ kubeconfig: plane.adminKubeconfig, connectSocket: realNode.node.connectSocket }),
          ({ url }) => url,
        )
      : undefined;
  const parts = [...cluster.processes, registry.process, github.process, ...(realNode?.node.processes ?? [])];
  const processes = parts.map(({ name, pid }) => [name, pid] as const);
  return {
    dir,
    logDir,
    github: { apiUrl: github.url, webUrl: github.url },
    node,
    ...(realNode ? { realNode: { connectSocket: realNode.node.connectSocket, images: realNode.images } } : {}),
    ...(frontDoor ? { frontDoor: frontDoor.url } : {}),
    kubernetes: plane.server,
    kubeconfig: plane.adminKubeconfig,
    campanileKubeconfig: plane.campanileKubeconfig,
    etcd: plane.etcd,
    databaseUrl: postgres.url,
    registry: registry.host,
    charts: charts.url,
    tools: { ...tools },
    processes: { ...Object.fromEntries(processes), postgres: postgres.pid() },
    async stop() {
      await frontDoor?.stop();
      await realNode?.node.stop();
      await charts.stop();
      await keeper.close();
      await release();
    },
  };
}

const OWN_FOLDERS = ["github", "institutions", "kubernetes", "logs", "node", "postgres"];

/** @throws {ToolError} when the folder holds what no world has put there */
async function emptyFolder(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  const stranger = names.find((name) => !OWN_FOLDERS.includes(name));
  if (stranger !== undefined) {
    throw new ToolError({
      what: `No world was started: ${dir} holds ${stranger}.`,
      why: "A start empties that folder, and no world has put this there.",
      fix: "Move it elsewhere, or name another folder: --dir FOLDER.",
    });
  }
  await removeWorld(dir);
}

type Shared = Pick<ProcessOptions, "logDir" | "keeper" | "onCrash">;

async function startCluster(dir: string, tools: ToolPaths, shared: Shared, node: NodeKind) {
  const link = node === "simulated" ? undefined : { advertiseAddress: NODE_ADDRESS, connectSocket: connectSocketOf(dir) };
  const plane = await startControlPlane(dir, tools, shared, link);
  const storage = node === "real" ? await makeStorage(dir) : undefined;
  await Promise.all([grantRights(plane.adminKubeconfig), offerVolumes(plane.adminKubeconfig, storage)]);
  if (node === "real") return { plane, processes: plane.processes };
  const stagesFile = path.join(import.meta.dirname, "..", "manifests", "kwok-stages.yaml");
  const { adminKubeconfig } = plane;
  const kwok = await startNodes({ ...shared, kwok: tools.kwok, adminKubeconfig, stagesFile, userPools: POOLS });
  return { plane, processes: [...plane.processes, kwok] };
}

interface RealNodeParts extends Shared {
  dir: string;
  tools: ToolPaths;
  plane: ControlPlane;
  registry: LocalRegistry;
  isAlone: boolean;
  openPorts: readonly number[];
}

async function startNodeWithImages({ registry, isAlone, ...options }: RealNodeParts) {
  const { ofNode: images, ofHubs: hubImages } = await ensureImages(options.tools.coredns, userCacheDir());
  // One after the other, so that a layer that many have is sent once.
  for (const image of [...Object.values(images), ...hubImages]) await registry.pushImage(image);
  const reference = ({ name, digest }: BuiltImage) => `${name}@${digest}`;
  const node = await startRealNode({
    ...options,
    registryHost: registry.host,
    images: { pause: reference(images.pause), coredns: reference(images.coredns) },
    // The only pool whose image has programs in it.
    labels: { "hub.jupyter.org/node-purpose": "user", "hub.jupyter.org/pool-name": "data8" },
    // Beside simulated nodes, only those go here who ask for it.
    ...(isAlone ? {} : { taint: "campanile.dev/real-node=true:NoSchedule" }),
  });
  return {
    node,
    images: Object.fromEntries(hubImages.map(({ name, tag, digest }) => [`${name}:${tag}`, digest])),
  };
}

async function startRegistryWithImages(binary: string, shared: Shared): Promise<LocalRegistry> {
  const registry = await startRegistry({ ...shared, registry: binary });
  await Promise.all((await buildSampleImages()).map((image) => registry.pushImage(image)));
  return registry;
}
