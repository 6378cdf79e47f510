import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { ALL_TOOLS, ensureTools } from "../../../tools/install-tools.ts";
import { ToolError } from "../../../tools/tool-error.ts";
import { buildSampleImages, packSampleCharts } from "../seed/sample-artefacts.ts";
import type { Keeper } from "./keep-processes.ts";
import { lockFolder } from "./lock-folder.ts";
import { serveCharts } from "./serve-charts.ts";
import { startControlPlane } from "./start-control-plane.ts";
import { startEmulatedGitHub } from "./start-emulated-github.ts";
import { startNodes } from "./start-nodes.ts";
import { startPostgres } from "./start-postgres.ts";
import type { ProcessOptions } from "./start-process.ts";
import { type LocalRegistry, startRegistry } from "./start-registry.ts";

export interface WorldOptions {
  /** Where data and logs go; made anew at each start. */
  dir: string;
  /** Whoever starts the world closes it, however the start goes. */
  keeper: Keeper;
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
  /** Of the API server. */
  kubernetes: string;
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
  /** Process ids of the parts, by name. */
  processes: Record<string, number>;
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
  const { keeper, onCrash } = options;
  const dir = path.resolve(options.dir);
  const logDir = path.join(dir, "logs");
  const release = await lockFolder(dir, onCrash);
  await emptyFolder(dir);
  await mkdir(logDir, { recursive: true, mode: 0o700 });
  keeper.keepHomesIn(dir);
  const tools = await ensureTools(ALL_TOOLS);
  const shared = { logDir, keeper, onCrash };
  const told = async <T>(name: string, detail: string, starting: Promise<T>, addressOf: (part: T) => string): Promise<T> => {
    const part = await starting;
    options.onPart?.(name, detail, addressOf(part));
    return part;
  };
  const [postgres, { plane, kwok }, registry, charts, github] = await Promise.all([
    told("PostgreSQL", "Campanile's memory", startPostgres({ ...shared, dir }), ({ url }) => new URL(url).host),
    told(
      "Kubernetes",
      "etcd, API server, controllers, scheduler, simulated nodes",
      startClusterWithNodes(dir, tools, shared),
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
  const processes = [...plane.processes, kwok, registry.process, github.process].map(({ name, pid }) => [name, pid] as const);
  return {
    dir,
    logDir,
    github: { apiUrl: github.url, webUrl: github.url },
    kubernetes: plane.server,
    kubeconfig: plane.adminKubeconfig,
    campanileKubeconfig: plane.campanileKubeconfig,
    databaseUrl: postgres.url,
    registry: registry.host,
    charts: charts.url,
    tools: { ...tools },
    processes: { ...Object.fromEntries(processes), postgres: postgres.pid() },
    async stop() {
      await charts.stop();
      await keeper.close();
      await release();
    },
  };
}

const OWN_FOLDERS = ["github", "institutions", "kubernetes", "logs", "postgres"];

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
  // Of a world that was killed, some part may still be writing there.
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
}

type Shared = Pick<ProcessOptions, "logDir" | "keeper" | "onCrash">;
type Tools = Awaited<ReturnType<typeof ensureTools>>;

async function startClusterWithNodes(dir: string, tools: Tools, shared: Shared) {
  const plane = await startControlPlane(dir, tools, shared);
  const stagesFile = path.join(import.meta.dirname, "..", "manifests", "kwok-stages.yaml");
  const kwok = await startNodes({
    ...shared,
    kwok: tools.kwok,
    adminKubeconfig: plane.adminKubeconfig,
    stagesFile,
    userPools: POOLS,
  });
  return { plane, kwok };
}

async function startRegistryWithImages(binary: string, shared: Shared): Promise<LocalRegistry> {
  const registry = await startRegistry({ ...shared, registry: binary });
  await Promise.all((await buildSampleImages()).map((image) => registry.pushImage(image)));
  return registry;
}
