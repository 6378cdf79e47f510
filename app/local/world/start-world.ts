import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ALL_TOOLS, ensureTools } from "../../../tools/install-tools.ts";
import type { GitHubControl } from "../github/control/github-control.ts";
import { createControlClient } from "../github/control-client.ts";
import { buildSampleImages, packSampleCharts } from "../seed/sample-artefacts.ts";
import { type SeededFleet, seedFleet } from "../seed/seed-fleet.ts";
import { type Keeper, startKeeper } from "./keep-processes.ts";
import { type ChartRepository, serveCharts } from "./serve-charts.ts";
import { createCampanile, type LocalCampanile } from "./start-campanile.ts";
import { type ControlPlane, startControlPlane } from "./start-control-plane.ts";
import { startNodes } from "./start-nodes.ts";
import { type LocalPostgres, startPostgres } from "./start-postgres.ts";
import { type ProcessOptions, startProcess } from "./start-process.ts";
import { type LocalRegistry, startRegistry } from "./start-registry.ts";

export interface WorldOptions {
  /** Where data and logs go; made anew at each start. */
  dir: string;
  /** Told as each part comes up: its name, what it is, and after how many milliseconds. */
  onPart?: (name: string, detail: string, elapsedMs: number) => void;
  /** Called when a part ends by itself; the world is no use then. */
  onCrash?: (message: string) => void;
  /** Without Campanile, for tests that start their own. */
  withoutCampanile?: boolean;
}

/** Addresses, tokens and paths: all that somebody needs to look around. Also written to `world.json`. */
export interface WorldDescription {
  dir: string;
  logDir: string;
  github: {
    apiUrl: string;
    webUrl: string;
    appId: number;
    appSlug: string;
    installationId: number;
    webhookSecret: string;
    token: string;
    login: string;
  };
  repository: string;
  campanileUrl: string;
  kubeconfig: string;
  campanileKubeconfig: string;
  databaseUrl: string;
  registry: string;
  charts: string;
  tools: Record<string, string>;
  /** The environment that Campanile was started with. */
  campanileEnv: Record<string, string>;
}

export interface World extends WorldDescription {
  control: GitHubControl;
  campanile: LocalCampanile;
  postgres: LocalPostgres;
  seeded: SeededFleet;
  keeper: Keeper;
  stop(): Promise<void>;
}

const OWNER = "berkeley";
const PERSON = "gsi-ada";
const POOLS = ["data8", "data100", "prob140"];
const APP_ID = 8;

/** The permissions that the README asks for, and no more. */
const APP_PERMISSIONS = {
  checks: "write",
  contents: "read",
  deployments: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
} as const;
const APP_EVENTS = ["pull_request", "push"];

/** Starts every part, in parallel where it can, and waits until all of them answer. */
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
    const [postgres, plane, registry, charts, github, seeded] = await Promise.all([
      told("PostgreSQL", "Campanile's memory", startPostgres({ dir, logDir, keeper })),
      told("Kubernetes", "etcd, API server, controllers, scheduler", startClusterWithNodes(dir, tools, shared)),
      told("Registry", "the images that the hubs pin", startRegistryWithImages(tools.registry, shared)),
      told("Charts", "the chart repository", packSampleCharts().then(serveCharts)),
      told("GitHub", "an emulated one; its repositories are real git", startEmulatedGitHub(dir, tools["github-openapi"], shared)),
      seedFleet({ dir: path.join(dir, "seed"), sopsBinary: tools.sops }),
    ]);
    const campanileEnv = environmentFor({ dir, tools, postgres, plane, charts, github, seeded });
    const campanile = await createCampanile({ ...shared, env: campanileEnv });
    const fleet = await setUpGitHub(github, campanile.url, seeded);
    if (!options.withoutCampanile) await told("Campanile", "the deploy bot itself", campanile.start());
    const description: WorldDescription = {
      dir,
      logDir,
      github: {
        apiUrl: github.url,
        webUrl: github.url,
        appId: APP_ID,
        appSlug: "campanile",
        webhookSecret: github.webhookSecret,
        login: PERSON,
        ...fleet,
      },
      repository: `${OWNER}/deploy-config`,
      campanileUrl: campanile.url,
      kubeconfig: plane.adminKubeconfig,
      campanileKubeconfig: plane.campanileKubeconfig,
      databaseUrl: postgres.url,
      registry: registry.host,
      charts: charts.url,
      tools: { ...tools },
      campanileEnv,
    };
    await writeFile(path.join(dir, "world.json"), `${JSON.stringify(description, null, 2)}\n`, { mode: 0o600 });
    const stop = async () => {
      await campanile.stop();
      await charts.stop();
      await postgres.stop();
      await keeper.close();
    };
    return { ...description, control: github.control, campanile, postgres, seeded, keeper, stop };
  } catch (error) {
    await keeper.close();
    throw error;
  }
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

interface EmulatedGitHub {
  url: string;
  control: GitHubControl;
  webhookSecret: string;
  privateKeyPem: string;
  publicKeyPem: string;
}

async function startEmulatedGitHub(dir: string, openapiPath: string, shared: Shared): Promise<EmulatedGitHub> {
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const main = path.join(import.meta.dirname, "..", "github", "main.ts");
  const config = { dataDir: path.join(dir, "github"), port: 0, openapiPath };
  const process_ = await startProcess({
    ...shared,
    name: "github",
    command: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", main],
    stdin: JSON.stringify(config),
  });
  const [line] = await process_.waitForLine(/^\{.*"url".*\}$/);
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    control: createControlClient(url),
    webhookSecret: randomBytes(24).toString("hex"),
    privateKeyPem: keys.privateKey,
    publicKeyPem: keys.publicKey,
  };
}

async function setUpGitHub(
  github: EmulatedGitHub,
  campanileUrl: string,
  seeded: SeededFleet,
): Promise<{ installationId: number; token: string }> {
  const { control } = github;
  const { token } = await control.createUser({ login: PERSON, name: "Ada, GSI of Data 8" });
  await control.createOrganization({ login: OWNER, name: "UC Berkeley", members: { [PERSON]: "admin" } });
  await control.createRepository({
    owner: OWNER,
    name: "deploy-config",
    files: seeded.files,
    message: "Describe our hubs",
    as: PERSON,
  });
  await control.registerApp({
    appId: APP_ID,
    slug: "campanile",
    name: "Campanile",
    owner: OWNER,
    publicKeyPem: github.publicKeyPem,
    webhookUrl: `${campanileUrl}/api/github/webhooks`,
    webhookSecret: github.webhookSecret,
    permissions: APP_PERMISSIONS,
    events: APP_EVENTS,
  });
  const { installationId } = await control.installApp({ appId: APP_ID, account: OWNER });
  return { installationId, token };
}

interface Parts {
  dir: string;
  tools: Tools;
  postgres: LocalPostgres;
  plane: ControlPlane;
  charts: ChartRepository;
  github: EmulatedGitHub;
  seeded: SeededFleet;
}

/** What an operator would write into a Deployment, for this world. */
function environmentFor({ dir, tools, postgres, plane, charts, github, seeded }: Parts): Record<string, string> {
  return {
    CAMPANILE_GITHUB_APP_ID: String(APP_ID),
    CAMPANILE_GITHUB_PRIVATE_KEY: github.privateKeyPem,
    CAMPANILE_WEBHOOK_SECRET: github.webhookSecret,
    CAMPANILE_GITHUB_API_URL: github.url,
    CAMPANILE_GITHUB_WEB_URL: github.url,
    CAMPANILE_DEPLOY_CONFIG: `${OWNER}/deploy-config`,
    DATABASE_URL: postgres.url,
    CAMPANILE_DATA_DIR: path.join(dir, "campanile"),
    KUBECONFIG: plane.campanileKubeconfig,
    CAMPANILE_HELM: tools.helm,
    CAMPANILE_SOPS: tools.sops,
    SOPS_AGE_KEY_FILE: seeded.ageKeyFile,
    CAMPANILE_CHART_MIRRORS: JSON.stringify({ "https://charts.campanile.example/": charts.url }),
    CAMPANILE_RECONCILE_MINUTES: "1",
  };
}
