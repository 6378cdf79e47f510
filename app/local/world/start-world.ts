import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ALL_TOOLS, ensureTools } from "../../../tools/install-tools.ts";
import { buildSampleImages, packSampleCharts } from "../seed/sample-artefacts.ts";
import { type Keeper, startKeeper } from "./keep-processes.ts";
import { serveCharts } from "./serve-charts.ts";
import { type ControlPlane, startControlPlane } from "./start-control-plane.ts";
import { startNodes } from "./start-nodes.ts";
import { startPostgres } from "./start-postgres.ts";
import { type ProcessOptions, startProcess } from "./start-process.ts";
import { type LocalRegistry, startRegistry } from "./start-registry.ts";

export interface WorldOptions {
  /** Where data and logs go; made anew at each start. */
  dir: string;
  /** Told as each part comes up: its name, what it is, and after how many milliseconds. */
  onPart?: (name: string, detail: string, elapsedMs: number) => void;
  /** Called when a part ends by itself; the world is no use then. */
  onCrash?: (message: string) => void;
}

/** Addresses and paths: all that somebody in another process needs to use the world. */
export interface WorldDescription {
  dir: string;
  logDir: string;
  github: { apiUrl: string; webUrl: string };
  /** For whoever looks around: may do everything. */
  kubeconfig: string;
  /** For Campanile: may do what `manifests/campanile-rbac.yaml` grants. */
  campanileKubeconfig: string;
  /** Any database of the PostgreSQL server, as its owner. */
  databaseUrl: string;
  registry: string;
  charts: string;
  /** Paths of the programs, by name. */
  tools: Record<string, string>;
}

export interface World extends WorldDescription {
  keeper: Keeper;
  stop(): Promise<void>;
}

const POOLS = ["data8", "data100", "prob140"];

/** Starts all that institutions share, in parallel where it can, and waits until every part answers. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const startedAt = performance.now();
  const dir = path.resolve(options.dir);
  const logDir = path.join(dir, "logs");
  await rm(dir, { recursive: true, force: true });
  await mkdir(logDir, { recursive: true });
  const tools = await ensureTools(ALL_TOOLS);
  const keeper = startKeeper();
  const shared = { logDir, keeper, onCrash: options.onCrash ?? (() => {}) };
  const told = async <T>(name: string, detail: string, starting: Promise<T>): Promise<T> => {
    const part = await starting;
    options.onPart?.(name, detail, performance.now() - startedAt);
    return part;
  };
  try {
    const [postgres, plane, registry, charts, githubUrl] = await Promise.all([
      told("PostgreSQL", "Campanile's memory", startPostgres({ dir, logDir, keeper })),
      told("Kubernetes", "etcd, API server, controllers, scheduler, simulated nodes", startClusterWithNodes(dir, tools, shared)),
      told("Registry", "the images that the hubs pin", startRegistryWithImages(tools.registry, shared)),
      told("Charts", "the chart repository", packSampleCharts().then(serveCharts)),
      told("GitHub", "an emulated one; its repositories are real git", startEmulatedGitHub(dir, tools["github-openapi"], shared)),
    ]);
    const description: WorldDescription = {
      dir,
      logDir,
      github: { apiUrl: githubUrl, webUrl: githubUrl },
      kubeconfig: plane.adminKubeconfig,
      campanileKubeconfig: plane.campanileKubeconfig,
      databaseUrl: postgres.url,
      registry: registry.host,
      charts: charts.url,
      tools: { ...tools },
    };
    const stop = async () => {
      await charts.stop();
      await postgres.stop();
      await keeper.close();
    };
    return { ...description, keeper, stop };
  } catch (error) {
    await keeper.close();
    throw error;
  }
}

/** `world.json`: for whoever wants to look around. It holds tokens, so it is for its owner only. */
export async function writeWorldFile(dir: string, content: object): Promise<string> {
  const file = path.join(dir, "world.json");
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  return file;
}

type Shared = Pick<ProcessOptions, "logDir" | "keeper" | "onCrash">;
type Tools = Awaited<ReturnType<typeof ensureTools>>;

async function startClusterWithNodes(dir: string, tools: Tools, shared: Shared): Promise<ControlPlane> {
  const plane = await startControlPlane(dir, tools, shared);
  const stagesFile = path.join(import.meta.dirname, "..", "manifests", "kwok-stages.yaml");
  await startNodes({ ...shared, kwok: tools.kwok, adminKubeconfig: plane.adminKubeconfig, stagesFile, userPools: POOLS });
  return plane;
}

async function startRegistryWithImages(binary: string, shared: Shared): Promise<LocalRegistry> {
  const registry = await startRegistry({ ...shared, registry: binary });
  await Promise.all((await buildSampleImages()).map((image) => registry.pushImage(image)));
  return registry;
}

/** @returns its origin */
async function startEmulatedGitHub(dir: string, openapiPath: string, shared: Shared): Promise<string> {
  const main = path.join(import.meta.dirname, "..", "github", "main.ts");
  const server = await startProcess({
    ...shared,
    name: "github",
    command: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", main],
    stdin: JSON.stringify({ dataDir: path.join(dir, "github"), port: 0, openapiPath }),
  });
  const [line] = await server.waitForLine(/^\{.*"url".*\}$/);
  return (JSON.parse(line) as { url: string }).url;
}
