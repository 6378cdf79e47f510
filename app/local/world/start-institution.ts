import { generateKeyPairSync, randomBytes } from "node:crypto";
import path from "node:path";
import { createControlClient } from "../github/control-client.ts";
import { NODE_ADDRESS } from "../node/node-network.ts";
import { COURSE_FILES, COURSE_REPOSITORY } from "../seed/course-materials.ts";
import { type SeededFleet, seedFleet } from "../seed/seed-fleet.ts";
import { createDatabase } from "./create-database.ts";
import { findFreePort } from "./free-port.ts";
import type { Keeper } from "./keep-processes.ts";
import { createCampanile, type LocalCampanile } from "./start-campanile.ts";
import type { WorldDescription } from "./start-world.ts";

export interface InstitutionOptions {
  /** Login of its organisation; also the name of its folder, log and database. */
  owner: string;
  /** Id of its GitHub App: Campanile, installed by this institution alone. */
  appId: number;
  keeper: Keeper;
  /** Called when its Campanile ends by itself. */
  onCrash: (message: string) => void;
  /** Which hubs of the sample; all when left out. */
  hubs?: readonly string[];
  /** Before each hub's name, so that two institutions on one cluster do not share release names. */
  hubPrefix?: string;
  /** Where what happens must not depend on the day. */
  withoutCalendars?: boolean;
  /** Beside what the world gives, or instead of it. */
  env?: Record<string, string>;
  /** A database of its own on the world's server when left out. */
  databaseUrl?: string;
}

/** What somebody needs to act as the institution's people. */
export interface InstitutionDescription {
  /** `owner/name` of the repository that Campanile watches. */
  repository: string;
  login: string;
  /** Of the person: for the API and for git over HTTP. */
  token: string;
  appId: number;
  appSlug: string;
  installationId: number;
  webhookSecret: string;
  campanileUrl: string;
  databaseUrl: string;
  /** The environment that its Campanile is started with. */
  campanileEnv: Record<string, string>;
}

/** A university that runs its hubs by Campanile: an organisation with a fleet in its repository, and a Campanile of its own. */
export interface Institution extends InstitutionDescription {
  campanile: LocalCampanile;
  seeded: SeededFleet;
}

/** What the README asks an installer to grant, and no more. */
export const APP_PERMISSIONS = {
  checks: "write",
  contents: "read",
  deployments: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
} as const;
export const APP_EVENTS = ["pull_request", "push"];

/** Sets all up but does not start Campanile: that is `campanile.start()`. */
export async function startInstitution(world: WorldDescription, options: InstitutionOptions): Promise<Institution> {
  const { owner, appId } = options;
  const dir = path.join(world.dir, "institutions", owner);
  const port = await findFreePort();
  const campanileUrl = `http://127.0.0.1:${port}`;
  options.keeper.keepHomesIn(dir);
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const webhookSecret = randomBytes(24).toString("hex");
  // Where servers on the world's node reach what Campanile reaches at `world.github.webUrl`.
  const gitInside = `http://${NODE_ADDRESS}:${new URL(world.github.webUrl).port}`;
  const seeded = await seedFleet({
    dir,
    sopsBinary: world.tools.sops ?? "sops",
    ...(options.hubs ? { hubs: options.hubs } : {}),
    ...(options.hubPrefix === undefined ? {} : { hubPrefix: options.hubPrefix }),
    ...(options.withoutCalendars ? { withoutCalendars: true } : {}),
    ...(world.node === "real" && world.realNode
      ? { realNode: { images: world.realNode.images, course: `${gitInside}/${owner}/${COURSE_REPOSITORY}` } }
      : {}),
  });
  const databaseUrl = options.databaseUrl ?? (await createDatabase(world.databaseUrl, `campanile_${owner.replaceAll("-", "_")}`));
  const onGitHub = await joinGitHub(world, { owner, appId, publicKeyPem: keys.publicKey, webhookSecret, campanileUrl, seeded });

  // What an operator would write into a Deployment.
  const campanileEnv = {
    HOME: path.join(dir, "home"),
    CAMPANILE_GITHUB_APP_ID: String(appId),
    CAMPANILE_GITHUB_PRIVATE_KEY: keys.privateKey,
    CAMPANILE_WEBHOOK_SECRET: webhookSecret,
    CAMPANILE_GITHUB_API_URL: world.github.apiUrl,
    CAMPANILE_GITHUB_WEB_URL: world.github.webUrl,
    CAMPANILE_DEPLOY_CONFIG: onGitHub.repository,
    DATABASE_URL: databaseUrl,
    CAMPANILE_DATA_DIR: path.join(dir, "data"),
    KUBECONFIG: world.campanileKubeconfig,
    CAMPANILE_HELM: world.tools.helm ?? "helm",
    CAMPANILE_HELM_RENDER: world.tools["helm-render"] ?? "",
    CAMPANILE_SOPS: world.tools.sops ?? "sops",
    SOPS_AGE_KEY_FILE: seeded.ageKeyFile,
    CAMPANILE_CHART_MIRRORS: JSON.stringify({
      "https://charts.campanile.example/": world.charts,
      "oci://registry.campanile.example/": `oci://${world.registry}/`,
    }),
    CAMPANILE_GIT_MIRRORS: JSON.stringify({ [gitInside]: world.github.webUrl }),
    CAMPANILE_RECONCILE_MINUTES: "1",
    CAMPANILE_JOURNEYS: world.frontDoor === undefined ? "off" : "on",
    ...(world.frontDoor === undefined ? {} : { CAMPANILE_HUB_ADDRESS: world.frontDoor }),
    ...options.env,
  };
  const campanile = createCampanile({
    name: `campanile-${owner}`,
    port,
    logDir: world.logDir,
    keeper: options.keeper,
    onCrash: options.onCrash,
    env: campanileEnv,
  });
  return { ...onGitHub, appId, webhookSecret, campanileUrl, databaseUrl, campanileEnv, campanile, seeded };
}

interface Joining {
  owner: string;
  appId: number;
  publicKeyPem: string;
  webhookSecret: string;
  campanileUrl: string;
  seeded: SeededFleet;
}

/** An organisation with one person, the repository with the fleet, and the App, registered and installed. */
async function joinGitHub(world: WorldDescription, joining: Joining) {
  const { owner, appId, seeded } = joining;
  const control = createControlClient(world.github.apiUrl);
  const login = `gsi-ada-${owner}`;
  const { token } = await control.createUser({ login, name: "Ada, GSI of Data 8" });
  await control.createOrganization({ login: owner, name: owner, members: { [login]: "admin" } });
  const name = "deploy-config";
  await control.createRepository({ owner, name, files: seeded.files, message: "Describe our hubs", as: login });
  await control.createRepository({ owner, name: COURSE_REPOSITORY, files: COURSE_FILES, message: "Lab 1", as: login });
  const appSlug = `campanile-${owner}`;
  await control.registerApp({
    appId,
    slug: appSlug,
    name: "Campanile",
    owner,
    publicKeyPem: joining.publicKeyPem,
    webhookUrl: `${joining.campanileUrl}/api/github/webhooks`,
    webhookSecret: joining.webhookSecret,
    permissions: APP_PERMISSIONS,
    events: APP_EVENTS,
  });
  const { installationId } = await control.installApp({ appId, account: owner });
  return { repository: `${owner}/${name}`, login, token, appSlug, installationId };
}
